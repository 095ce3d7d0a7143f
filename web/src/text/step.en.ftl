# The steps of a join, by the names of shared::phase::Step.

step-pre-check = Checking this device
step-keys = Making the keys
step-sign-in = Verifying your sign-in
step-terms = The terms of use
step-confirm = Your confirmation
step-discover = Finding your organisation’s services
step-attest = Proving where the keys live
step-register = Registering the device
step-verify = Checking the certificate
step-install = Putting everything in place
step-enroll = Putting the device under management
step-sync = Putting the policies in force
step-sign-on = Signing you in to everything

step-state-pending = waiting
step-state-running = in progress
step-state-done = done
step-state-failed = failed
step-state-skipped = not needed

step-ms = { $ms } ms
