# Everything the page says besides steps and errors. Names of people, devices and organisations are placeables; the page isolates them.

title = { $screen } – Dovetail
brand = Dovetail
language-label = Language
skip = Skip to content
working = One moment …
unknown = not known

# Connecting
connecting-title = Looking for your device
connecting-body = Asking the Dovetail extension how this device stands.

# First run and choice
greeting-title = Welcome. Let’s set up this device.
greeting-body = In a few minutes it belongs to your organisation, and you sign in to everything with one account. What will you call it?
device-name = Device name
device-name-hint = Colleagues and administrators see this name. Up to 64 characters.
device-name-length = Give the device a name of 1 to 64 characters.
device-name-character = The name holds an invisible or control character. Type it anew.
device-name-form = Remove the spaces before or after the name.
continue = Continue
choose-title = Join this device
choose-title-oobe = Who does this device belong to?
choose-body = Choose how this device belongs to your organisation.
choose-body-oobe = This decides what your organisation may manage. You can ask your administrator when you are not sure.
choose-legend = This device is
choose-joined = A work or school device
choose-joined-body = It belongs to your organisation, which manages it. You sign in with your work or school account.
choose-registered = My own device
choose-registered-body = It stays yours. Your organisation knows it, and you get at work or school apps from it.
how-title = What will happen
how-sign-in = You sign in to your organisation.
how-confirm = You check organisation, account and device name.
how-keys = This device makes its keys; they never leave it.
how-done = Your organisation gives it a certificate.

obstacle = This would stop the join

# Account
account-title = Your work or school account
account-body = Enter the account’s name to see where you will sign in, or just continue.
account-label = Account name
account-hint = For example someone@contoso.com
account-looking = Looking up this account …
account-managed = You will sign in at { $organisation }.
account-federated = You will sign in at { $host }: { $organisation } checks its accounts itself. You come back here afterwards.
account-unknown = No organisation is known for this account. Check the spelling; you can still continue.
account-failed = It could not be looked up where this account signs in. You can still continue.
sign-in = Sign in
cancel = Cancel
back = Back

# Redirecting and returning
redirecting-title = Taking you to your sign-in
redirecting-body = Your organisation’s sign-in page opens in this window. You come back here afterwards.
returned-title = Welcome back
returned-body = This device is verifying your sign-in.
returned-terms-body = This device is taking in your answer.
leaving-title = Taking you to the terms of use
leaving-body = They open in this window. You come back here afterwards.

# Terms of use
terms-title = Terms of use
terms-body = Your organisation manages its devices, and asks you to accept its terms of use first. They are on { $host }; you come back here when you have answered.
terms-decline = If you decline, this device does not join, and nothing on it changes.
terms-unanswered = You came back without an answer
terms-unanswered-body = Nothing is lost: read the terms again when you are ready.
terms-read = Read the terms
terms-address = The organisation’s address for its terms of use is not one that this page may open.
declined-title = You declined the terms of use
declined-body = This device has not joined.

# Confirm
confirm-title = Is this right?
confirm-body = This device joins only when you agree.
organisation = Organisation
account = Account
keys = Key protection
keys-tpm = In this device’s TPM: they can never be copied
keys-file = In files: not hardware-bound
keys-file-title = The keys are not hardware-bound
keys-file-body = This device has no usable TPM, and your administrator allows keys in files. Whoever can read those files can pretend to be this device.
belongs = Belongs to
belongs-joined = Your organisation
belongs-registered = You
join-button = Join this device
register-button = Register this device

# Approve
approve-title = Approve on this device
approve-body = One more yes is needed, outside the browser, so that no web page can do this on its own.
approve-step-open = Open a terminal on this device.
approve-step-run = Run `dovetail approve`.
approve-step-check = Check that it shows the same organisation, account and device name, and agree.
approve-waiting = Waiting for your approval. This page goes on by itself.

# Progress
progress-title = Joining
progress-body = You can leave this page open; nothing is lost if you close it.
progress-list = Steps of the join
progress-now = Step { $number } of { $total }: { $step }

# Management
manage-title = Setting up management …
manage-body = This device has joined. Now it comes under your organisation’s management.
manage-unanswered = You came back before it was finished
manage-unanswered-body = Your organisation’s management may need you to sign in once more.
manage-finish = Finish setting up management
manage-without = Go on without
management = Management
managed-by = Managed by
management-state = State
management-waiting = Waits for you to sign in
management-failed = Not set up yet
management-enrolled = In force
management-removed = Ended by your organisation
compliance = Verdict
compliance-unknown = Not given yet
compliance-met = Your organisation accepts how this device stands
compliance-unmet = Your organisation does not accept how this device stands
last-sync = Last contact
policies = Policies
policy-met = met
policy-unmet = not met
policy-demand = Demanded: { $wanted }; here: { $actual }.
policy-password-required = Passwords
policy-password-required-cure = Give every account a password, and switch automatic sign-in off.
policy-min-password-length = Length of passwords
policy-min-password-length-cure = See that new passwords are as long as demanded.
policy-password-complexity = Characters in passwords
policy-password-complexity-cure = See that new passwords mix characters as demanded.
policy-max-failed-sign-ins = Wrong passwords
policy-max-failed-sign-ins-cure = See that wrong passwords are counted and the account is locked.
policy-screen-lock = Screen lock
policy-screen-lock-cure = Let the screen lock itself when nobody is there.
policy-disk-encryption = Disk encryption
policy-disk-encryption-cure = Encrypt the disk, or ask your administrator.
policy-firewall = Firewall
policy-firewall-cure = Switch the firewall on.
policy-os-version = Version of the system
policy-os-version-cure = Bring the system to a version that your organisation accepts.
policy-hello-pin = PIN
policy-hello-pin-cure = Switch the TPM on, or ask your administrator.
policy-automatic-updates = Automatic updates
policy-automatic-updates-cure = Switch automatic updates on.
sync-hint = Run `dovetail sync` to talk with your organisation’s management now.

# Single sign-on
sign-on = Your sign-in on this device
sign-on-as = Signed in as
sign-on-until = Until
sign-on-none = You are not signed in yet. Once you are, your organisation’s apps open without asking again.
sign-on-active = You are signed in
sign-on-offline = You are signed in. It could not be renewed just now; this device tries again by itself.
sign-on-again = Your organisation wants you to sign in once more
sign-on-disabled = Your organisation has disabled this device: ask your administrator to enable it
sign-on-deleted = Your organisation no longer knows this device: run `dovetail leave`, then join again

# Done
done-title = This device has joined
done-title-registered = This device is registered
done-body = { $name } now belongs to { $organisation }.
done-body-registered = { $organisation } now knows { $name }.
device-id = Device ID
tenant-id = Tenant ID
thumbprint = Certificate thumbprint
attestation = Proof by the TPM
attested = Verified by your organisation
not-attested = Not verified: the organisation has no proof where the keys live
next-title = What to do next
next-sign-in = Open your organisation’s apps in this browser.
next-status = See how this device stands at any time with `dovetail status`.
next-leave = To take it out again, run `dovetail leave`.
to-home = See this device

# Home
home-title = This device
home-joined = It has joined your organisation.
home-registered = It is registered with your organisation.
joined-at = Joined
joined-by = By
certificate-validity = Certificate valid
certificate-missing-title = The certificate is missing
certificate-missing-body = The certificate file is gone or does not fit this device’s keys. Run `dovetail leave`, then join again.
check-again = Check again

# Failed
failed-title = That did not work
failed-joined-title = Joined, but not managed yet
failed-joined-body = This device has joined and stays so. Only its management could not be set up.
failed-unknown = The server refused with a code that is not in our list.
failed-unknown-cure = Give this code to your administrator.
retry = Try again
sign-in-again = Sign in again
start-over = Start over
copy = Copy report
copied = Copied.
copy-failed = Could not copy. Select the text by hand.
details = Details
detail-code = Code
detail-correlation = Correlation ID
detail-particulars = Particulars
detail-phase = Step
detail-attempt = Attempt
detail-time = Time
detail-server = The server said
detail-request = Server’s request ID
detail-what = In the program’s words
state-foreign = The answer did not come from a sign-in that this page began.
authority-foreign = This page is set up for another sign-in service than this device.
endpoint-foreign = The sign-in service names an address that is not its own.
config-unreadable = The page’s own configuration could not be read.

# Cancelled
cancelled-title = The join was cancelled
cancelled-body = Nothing has changed on this device. You can start again whenever you like.

# What is missing
missing-extension-title = Install the Dovetail extension
missing-extension-body = This page speaks with your device through a browser extension, and none has answered.
missing-extension-managed = On a managed device, ask your administrator: extensions are installed from there.
missing-extension-chromium = In this browser, open `chrome://extensions`, and see that Dovetail is there and switched on. To install it by hand, switch on “Developer mode”, choose “Load unpacked” and pick Dovetail’s `extension` folder.
missing-extension-edge = In Edge, open `edge://extensions`, and see that Dovetail is there and switched on. To install it by hand, switch on “Developer mode”, choose “Load unpacked” and pick Dovetail’s `extension` folder.
missing-extension-firefox = In Firefox, open `about:addons`, and see that Dovetail is there, switched on and allowed on this site. To install it by hand, open `about:debugging#/runtime/this-firefox`, choose “Load Temporary Add-on” and pick the `manifest.json` in Dovetail’s `extension` folder.
missing-extension-other = Dovetail works in Firefox and in Chromium-based browsers such as Chrome, Edge, Brave and Vivaldi on Linux. Open this page in one of them.
missing-extension-again = Then check again. If it is still not found, reload this page once.
missing-host-title = Install Dovetail on this device
missing-host-body = The extension is here, but it found no Dovetail program to talk to.
missing-host-install = Install the Dovetail package, for example with `sudo apt install dovetail`.
missing-host-register = If it is installed, tell your browsers about it: run `dovetail install`.
missing-host-again = Then check again.
missing-daemon-title = Start the Dovetail service
missing-daemon-body = Dovetail is installed, but its service is not running.
missing-daemon-start = Run `sudo systemctl start dovetaild`.
missing-daemon-enable = To start it with the device, run `sudo systemctl enable --now dovetaild.socket`.
missing-daemon-look = If it does not stay up, see why with `journalctl -u dovetaild`.
missing-origin-title = This page may not talk to your device
missing-origin-body = The device takes orders only from your organisation’s own portal, and this address is not on its list:
missing-origin-open = Check the address, and open the portal your organisation told you about.
missing-origin-admin = If this is the right one, ask your administrator to allow it in `/etc/dovetail/dovetail.toml` and in the extension’s policy.
missing-version-title = Update Dovetail
missing-version-body = The extension and the program on this device do not understand each other: one is older.
missing-version-package = Update the package, for example with `sudo apt update && sudo apt install dovetail`.
missing-version-extension = Update the extension, or restart the browser so that it updates itself.
missing-caller-title = Another extension is in the way
missing-caller-body = An extension that this device does not know has tried to use Dovetail.
missing-caller-remove = Remove other copies of the Dovetail extension, or ask your administrator.
missing-silent-title = Your device does not answer
missing-silent-body = The extension is here, but no answer came in time.
missing-silent-look = Run `dovetail doctor` on this device to see what stands in the way.
