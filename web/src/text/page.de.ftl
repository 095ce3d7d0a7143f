# Alles, was die Seite außer Schritten und Fehlern sagt. Namen von Menschen, Geräten und Organisationen sind Platzhalter.

title = { $screen } – Dovetail
brand = Dovetail
language-label = Sprache
skip = Zum Inhalt springen
working = Einen Moment …
unknown = nicht bekannt

# Verbinden
connecting-title = Ihr Gerät wird gesucht
connecting-body = Die Dovetail-Erweiterung wird gefragt, wie es um dieses Gerät steht.

# Erster Start und Wahl
greeting-title = Willkommen. Richten wir dieses Gerät ein.
greeting-body = In wenigen Minuten gehört es zu Ihrer Organisation, und Sie melden sich überall mit einem Konto an. Wie soll es heißen?
device-name = Gerätename
device-name-hint = Kollegen und Administratoren sehen diesen Namen. Bis zu 64 Zeichen.
device-name-length = Geben Sie dem Gerät einen Namen mit 1 bis 64 Zeichen.
device-name-character = Der Name enthält ein unsichtbares Zeichen oder ein Steuerzeichen. Tippen Sie ihn neu.
device-name-form = Entfernen Sie die Leerzeichen vor oder hinter dem Namen.
continue = Weiter
choose-title = Dieses Gerät beitreten lassen
choose-title-oobe = Wem gehört dieses Gerät?
choose-body = Wählen Sie, wie dieses Gerät zu Ihrer Organisation gehört.
choose-body-oobe = Davon hängt ab, was Ihre Organisation verwalten darf. Wenn Sie unsicher sind, fragen Sie Ihren Administrator.
choose-legend = Dieses Gerät ist
choose-joined = Ein Gerät von Arbeit oder Schule
choose-joined-body = Es gehört Ihrer Organisation und wird von ihr verwaltet. Sie melden sich mit Ihrem Arbeits- oder Schulkonto an.
choose-registered = Mein eigenes Gerät
choose-registered-body = Es bleibt Ihres. Ihre Organisation kennt es, und Sie erreichen damit Apps von Arbeit oder Schule.
how-title = Was geschehen wird
how-sign-in = Sie melden sich bei Ihrer Organisation an.
how-confirm = Sie prüfen Organisation, Konto und Gerätenamen.
how-keys = Dieses Gerät erzeugt seine Schlüssel; sie verlassen es nie.
how-done = Ihre Organisation gibt ihm ein Zertifikat.

obstacle = Das würde den Beitritt aufhalten

# Konto
account-title = Ihr Arbeits- oder Schulkonto
account-body = Geben Sie den Kontonamen ein, um zu sehen, wo Sie sich anmelden, oder machen Sie einfach weiter.
account-label = Kontoname
account-hint = Zum Beispiel jemand@contoso.com
account-looking = Das Konto wird nachgeschlagen …
account-managed = Sie melden sich bei { $organisation } an.
account-federated = Sie melden sich bei { $host } an: { $organisation } prüft die eigenen Konten selbst. Danach kommen Sie hierher zurück.
account-unknown = Zu diesem Konto ist keine Organisation bekannt. Prüfen Sie die Schreibweise; Sie können trotzdem weitermachen.
account-failed = Es ließ sich nicht nachschlagen, wo sich dieses Konto anmeldet. Sie können trotzdem weitermachen.
sign-in = Anmelden
cancel = Abbrechen
back = Zurück

# Hin und zurück
redirecting-title = Es geht zu Ihrer Anmeldung
redirecting-body = Die Anmeldeseite Ihrer Organisation öffnet sich in diesem Fenster. Danach kommen Sie hierher zurück.
returned-title = Willkommen zurück
returned-body = Dieses Gerät überprüft Ihre Anmeldung.
returned-terms-body = Dieses Gerät nimmt Ihre Antwort auf.
leaving-title = Es geht zu den Nutzungsbedingungen
leaving-body = Sie öffnen sich in diesem Fenster. Danach kommen Sie hierher zurück.

# Nutzungsbedingungen
terms-title = Nutzungsbedingungen
terms-body = Ihre Organisation verwaltet ihre Geräte und bittet Sie vorher, ihren Nutzungsbedingungen zuzustimmen. Sie stehen auf { $host }; wenn Sie geantwortet haben, kommen Sie hierher zurück.
terms-decline = Lehnen Sie ab, tritt dieses Gerät nicht bei, und nichts daran ändert sich.
terms-unanswered = Sie sind ohne Antwort zurückgekommen
terms-unanswered-body = Es ist nichts verloren: lesen Sie die Bedingungen noch einmal, wenn es Ihnen passt.
terms-read = Bedingungen lesen
terms-address = Die Adresse der Organisation für ihre Nutzungsbedingungen ist keine, die diese Seite öffnen darf.
declined-title = Sie haben die Nutzungsbedingungen abgelehnt
declined-body = Dieses Gerät ist nicht beigetreten.

# Bestätigen
confirm-title = Stimmt das so?
confirm-body = Dieses Gerät tritt erst bei, wenn Sie zustimmen.
organisation = Organisation
account = Konto
keys = Schutz der Schlüssel
keys-tpm = Im TPM dieses Geräts: sie lassen sich niemals kopieren
keys-file = In Dateien: nicht an die Hardware gebunden
keys-file-title = Die Schlüssel sind nicht an die Hardware gebunden
keys-file-body = Dieses Gerät hat kein brauchbares TPM, und Ihr Administrator erlaubt Schlüssel in Dateien. Wer diese Dateien lesen kann, kann sich als dieses Gerät ausgeben.
belongs = Gehört
belongs-joined = Ihrer Organisation
belongs-registered = Ihnen
join-button = Dieses Gerät beitreten lassen
register-button = Dieses Gerät registrieren

# Bestätigung am Gerät
approve-title = Bestätigen Sie am Gerät
approve-body = Ein weiteres Ja wird außerhalb des Browsers gebraucht, damit keine Webseite das allein tun kann.
approve-step-open = Öffnen Sie auf diesem Gerät ein Terminal.
approve-step-run = Führen Sie `dovetail approve` aus.
approve-step-check = Prüfen Sie, dass dort dieselbe Organisation, dasselbe Konto und derselbe Gerätename stehen, und stimmen Sie zu.
approve-waiting = Es wird auf Ihre Bestätigung gewartet. Diese Seite geht von selbst weiter.

# Fortschritt
progress-title = Das Gerät tritt bei
progress-body = Lassen Sie diese Seite ruhig offen; es geht nichts verloren, wenn Sie sie schließen.
progress-list = Schritte des Beitritts
progress-now = Schritt { $number } von { $total }: { $step }

# Verwaltung
manage-title = Die Verwaltung wird eingerichtet …
manage-body = Dieses Gerät ist beigetreten. Jetzt kommt es unter die Verwaltung Ihrer Organisation.
manage-unanswered = Sie sind zurückgekommen, bevor es fertig war
manage-unanswered-body = Die Verwaltung Ihrer Organisation braucht vielleicht noch einmal Ihre Anmeldung.
manage-finish = Verwaltung fertig einrichten
manage-without = Ohne weitermachen
management = Verwaltung
managed-by = Verwaltet durch
management-state = Stand
management-waiting = Wartet auf Ihre Anmeldung
management-failed = Noch nicht eingerichtet
management-enrolled = In Kraft
management-removed = Von Ihrer Organisation beendet
compliance = Urteil
compliance-unknown = Noch keines
compliance-met = Ihre Organisation nimmt dieses Gerät an, wie es ist
compliance-unmet = Ihre Organisation nimmt dieses Gerät nicht an, wie es ist
last-sync = Letzter Kontakt
policies = Richtlinien
policy-met = erfüllt
policy-unmet = nicht erfüllt
policy-demand = Verlangt: { $wanted }; hier: { $actual }.
policy-password-required = Kennwörter
policy-password-required-cure = Geben Sie jedem Konto ein Kennwort, und schalten Sie die automatische Anmeldung aus.
policy-min-password-length = Länge von Kennwörtern
policy-min-password-length-cure = Sorgen Sie dafür, dass neue Kennwörter so lang sein müssen wie verlangt.
policy-password-complexity = Zeichen in Kennwörtern
policy-password-complexity-cure = Sorgen Sie dafür, dass neue Kennwörter die Zeichen so mischen müssen wie verlangt.
policy-max-failed-sign-ins = Falsche Kennwörter
policy-max-failed-sign-ins-cure = Sorgen Sie dafür, dass falsche Kennwörter gezählt werden und das Konto gesperrt wird.
policy-screen-lock = Bildschirmsperre
policy-screen-lock-cure = Lassen Sie den Bildschirm sich sperren, wenn niemand da ist.
policy-disk-encryption = Verschlüsselung des Datenträgers
policy-disk-encryption-cure = Verschlüsseln Sie den Datenträger, oder fragen Sie Ihren Administrator.
policy-firewall = Firewall
policy-firewall-cure = Schalten Sie die Firewall ein.
policy-os-version = Version des Systems
policy-os-version-cure = Bringen Sie das System auf eine Version, die Ihre Organisation annimmt.
policy-hello-pin = PIN
policy-hello-pin-cure = Schalten Sie das TPM ein, oder fragen Sie Ihren Administrator.
policy-automatic-updates = Automatische Aktualisierungen
policy-automatic-updates-cure = Schalten Sie automatische Aktualisierungen ein.
sync-hint = `dovetail sync` spricht jetzt gleich mit der Verwaltung Ihrer Organisation.

# Anmeldung
sign-on = Ihre Anmeldung an diesem Gerät
sign-on-as = Angemeldet als
sign-on-until = Bis
sign-on-none = Sie sind noch nicht angemeldet. Danach öffnen sich die Apps Ihrer Organisation, ohne noch einmal zu fragen.
sign-on-active = Sie sind angemeldet
sign-on-offline = Sie sind angemeldet. Eben ließ sich die Anmeldung nicht erneuern; das Gerät versucht es von selbst noch einmal.
sign-on-again = Ihre Organisation möchte, dass Sie sich noch einmal anmelden
sign-on-disabled = Ihre Organisation hat dieses Gerät gesperrt: bitten Sie Ihren Administrator, es freizugeben
sign-on-deleted = Ihre Organisation kennt dieses Gerät nicht mehr: führen Sie `dovetail leave` aus und treten Sie dann wieder bei

# Fertig
done-title = Dieses Gerät ist beigetreten
done-title-registered = Dieses Gerät ist registriert
done-body = { $name } gehört jetzt zu { $organisation }.
done-body-registered = { $organisation } kennt jetzt { $name }.
device-id = Geräte-ID
tenant-id = Mandanten-ID
thumbprint = Fingerabdruck des Zertifikats
attestation = Nachweis des TPM
attested = Von Ihrer Organisation überprüft
not-attested = Nicht überprüft: die Organisation hat keinen Nachweis, wo die Schlüssel liegen
next-title = Wie es weitergeht
next-sign-in = Öffnen Sie die Apps Ihrer Organisation in diesem Browser.
next-status = Wie es um dieses Gerät steht, zeigt jederzeit `dovetail status`.
next-leave = Um es wieder herauszunehmen, führen Sie `dovetail leave` aus.
to-home = Dieses Gerät ansehen

# Übersicht
home-title = Dieses Gerät
home-joined = Es ist Ihrer Organisation beigetreten.
home-registered = Es ist bei Ihrer Organisation registriert.
joined-at = Beigetreten
joined-by = Durch
certificate-validity = Zertifikat gültig
certificate-missing-title = Das Zertifikat fehlt
certificate-missing-body = Die Zertifikatsdatei ist verschwunden oder passt nicht zu den Schlüsseln dieses Geräts. Führen Sie `dovetail leave` aus und treten Sie dann erneut bei.
check-again = Noch einmal prüfen

# Fehlgeschlagen
failed-title = Das hat nicht geklappt
failed-joined-title = Beigetreten, aber noch nicht verwaltet
failed-joined-body = Dieses Gerät ist beigetreten und bleibt es. Nur seine Verwaltung ließ sich nicht einrichten.
failed-unknown = Der Server hat mit einem Code abgelehnt, der nicht in unserer Liste steht.
failed-unknown-cure = Geben Sie diesen Code Ihrem Administrator.
retry = Noch einmal versuchen
sign-in-again = Noch einmal anmelden
start-over = Von vorn beginnen
copy = Bericht kopieren
copied = Kopiert.
copy-failed = Kopieren ging nicht. Wählen Sie den Text von Hand aus.
details = Einzelheiten
detail-code = Code
detail-correlation = Korrelations-ID
detail-particulars = Näheres
detail-phase = Schritt
detail-attempt = Versuch
detail-time = Zeit
detail-server = Der Server sagte
detail-request = Anfrage-ID des Servers
detail-what = In den Worten des Programms
state-foreign = Die Antwort kam nicht von einer Anmeldung, die diese Seite begonnen hat.
authority-foreign = Diese Seite ist für einen anderen Anmeldedienst eingerichtet als dieses Gerät.
endpoint-foreign = Der Anmeldedienst nennt eine Adresse, die nicht seine eigene ist.
config-unreadable = Die eigene Konfiguration der Seite war nicht zu lesen.

# Abgebrochen
cancelled-title = Der Beitritt wurde abgebrochen
cancelled-body = An diesem Gerät hat sich nichts geändert. Sie können jederzeit von vorn beginnen.

# Was fehlt
missing-extension-title = Installieren Sie die Dovetail-Erweiterung
missing-extension-body = Diese Seite spricht über eine Browser-Erweiterung mit Ihrem Gerät, und keine hat geantwortet.
missing-extension-managed = Auf einem verwalteten Gerät fragen Sie Ihren Administrator: Erweiterungen werden von dort installiert.
missing-extension-chromium = Öffnen Sie in diesem Browser `chrome://extensions` und sehen Sie nach, ob Dovetail da und eingeschaltet ist. Um es von Hand zu installieren, schalten Sie den „Entwicklermodus“ ein, wählen Sie „Entpackte Erweiterung laden“ und dann Dovetails Ordner `extension`.
missing-extension-edge = Öffnen Sie in Edge `edge://extensions` und sehen Sie nach, ob Dovetail da und eingeschaltet ist. Um es von Hand zu installieren, schalten Sie den „Entwicklermodus“ ein, wählen Sie „Entpackte Erweiterung laden“ und dann Dovetails Ordner `extension`.
missing-extension-firefox = Öffnen Sie in Firefox `about:addons` und sehen Sie nach, ob Dovetail da, eingeschaltet und auf dieser Seite erlaubt ist. Um es von Hand zu installieren, öffnen Sie `about:debugging#/runtime/this-firefox`, wählen Sie „Temporäres Add-on laden“ und dann die `manifest.json` in Dovetails Ordner `extension`.
missing-extension-other = Dovetail arbeitet in Firefox und in Browsern auf Chromium-Grundlage wie Chrome, Edge, Brave und Vivaldi unter Linux. Öffnen Sie diese Seite in einem davon.
missing-extension-again = Dann prüfen Sie noch einmal. Wird sie immer noch nicht gefunden, laden Sie diese Seite einmal neu.
missing-host-title = Installieren Sie Dovetail auf diesem Gerät
missing-host-body = Die Erweiterung ist da, aber sie hat kein Dovetail-Programm gefunden, mit dem sie sprechen könnte.
missing-host-install = Installieren Sie das Dovetail-Paket, zum Beispiel mit `sudo apt install dovetail`.
missing-host-register = Ist es installiert, machen Sie es Ihren Browsern bekannt: führen Sie `dovetail install` aus.
missing-host-again = Dann prüfen Sie noch einmal.
missing-daemon-title = Starten Sie den Dovetail-Dienst
missing-daemon-body = Dovetail ist installiert, aber sein Dienst läuft nicht.
missing-daemon-start = Führen Sie `sudo systemctl start dovetaild` aus.
missing-daemon-enable = Damit er mit dem Gerät startet, führen Sie `sudo systemctl enable --now dovetaild.socket` aus.
missing-daemon-look = Bleibt er nicht oben, zeigt `journalctl -u dovetaild`, warum.
missing-origin-title = Diese Seite darf nicht mit Ihrem Gerät sprechen
missing-origin-body = Das Gerät nimmt Aufträge nur vom eigenen Portal Ihrer Organisation an, und diese Adresse steht nicht auf seiner Liste:
missing-origin-open = Prüfen Sie die Adresse, und öffnen Sie das Portal, das Ihre Organisation Ihnen genannt hat.
missing-origin-admin = Ist es das richtige, bitten Sie Ihren Administrator, es in `/etc/dovetail/dovetail.toml` und in der Richtlinie der Erweiterung zu erlauben.
missing-version-title = Aktualisieren Sie Dovetail
missing-version-body = Die Erweiterung und das Programm auf diesem Gerät verstehen einander nicht: eines ist älter.
missing-version-package = Aktualisieren Sie das Paket, zum Beispiel mit `sudo apt update && sudo apt install dovetail`.
missing-version-extension = Aktualisieren Sie die Erweiterung, oder starten Sie den Browser neu, damit sie sich selbst aktualisiert.
missing-caller-title = Eine andere Erweiterung ist im Weg
missing-caller-body = Eine Erweiterung, die dieses Gerät nicht kennt, wollte Dovetail benutzen.
missing-caller-remove = Entfernen Sie andere Exemplare der Dovetail-Erweiterung, oder fragen Sie Ihren Administrator.
missing-silent-title = Ihr Gerät antwortet nicht
missing-silent-body = Die Erweiterung ist da, aber es kam keine Antwort in der erwarteten Zeit.
missing-silent-look = Führen Sie auf diesem Gerät `dovetail doctor` aus, um zu sehen, was im Weg steht.
