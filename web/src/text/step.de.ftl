# Die Schritte eines Beitritts, nach den Namen von shared::phase::Step.

step-pre-check = Dieses Gerät wird geprüft
step-keys = Die Schlüssel werden erzeugt
step-sign-in = Ihre Anmeldung wird überprüft
step-terms = Die Nutzungsbedingungen
step-confirm = Ihre Bestätigung
step-discover = Die Dienste Ihrer Organisation werden gesucht
step-attest = Nachweis, wo die Schlüssel liegen
step-register = Das Gerät wird registriert
step-verify = Das Zertifikat wird geprüft
step-install = Alles kommt an seinen Platz
step-enroll = Das Gerät kommt unter Verwaltung
step-sync = Die Richtlinien treten in Kraft
step-sign-on = Sie werden überall angemeldet

step-state-pending = wartet
step-state-running = läuft
step-state-done = fertig
step-state-failed = fehlgeschlagen
step-state-skipped = nicht nötig

step-ms = { $ms } ms
