# Was schiefging, nach den Symbolen von shared/src/code/table.rs.

err-MALFORMED_ANSWER = Der Registrierungsdienst hat etwas geantwortet, das keine Antwort ist.
cure-MALFORMED_ANSWER = Versuchen Sie es noch einmal; bleibt es so, geben Sie Ihrem Administrator die Korrelations-ID.

err-DRS_AUTHENTICATION = Der Registrierungsdienst hat die Anmeldung nicht angenommen.
cure-DRS_AUTHENTICATION = Melden Sie sich noch einmal an.

err-DRS_NOT_AUTHORIZED = Ihr Konto darf keine Geräte in diese Organisation aufnehmen.
cure-DRS_NOT_AUTHORIZED = Bitten Sie Ihren Administrator, Ihnen das Aufnehmen von Geräten zu erlauben.

err-DRS_SERVICE_FAULT = Der Registrierungsdienst hat selbst eine Störung.
cure-DRS_SERVICE_FAULT = Warten Sie einige Minuten und versuchen Sie es noch einmal.

err-DRS_REDIRECTED = Der Registrierungsdienst hat dieses Gerät zu einem Server geschickt, dem nicht vertraut wird.
cure-DRS_REDIRECTED = Bitten Sie Ihren Administrator, die Adressen der Organisation und einen Proxy dazwischen zu prüfen.

err-DISCOVERY_FAILED = Der Registrierungsdienst wurde nicht gefunden.
cure-DISCOVERY_FAILED = Prüfen Sie die Netzwerkverbindung und versuchen Sie es noch einmal.

err-QUOTA_REACHED = Dieses Konto hat bereits so viele Geräte, wie Ihre Organisation erlaubt.
cure-QUOTA_REACHED = Entfernen Sie eines, das Sie nicht mehr brauchen, oder bitten Sie Ihren Administrator um eine höhere Grenze.

err-AIK_CERTIFICATE = Der Registrierungsdienst hat das Zertifikat des TPM nicht angenommen.
cure-AIK_CERTIFICATE = Fragen Sie Ihren Administrator, ob dem Hersteller dieses TPM vertraut wird.

err-ATTESTATION_FAILED = Der Nachweis des TPM, wo die Schlüssel liegen, wurde nicht angenommen.
cure-ATTESTATION_FAILED = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator.

err-DISCOVERY_MALFORMED = Der Registrierungsdienst hat sich auf eine Weise beschrieben, die keinen Sinn ergibt.
cure-DISCOVERY_MALFORMED = Bitten Sie Ihren Administrator, die Adressen der Organisation und einen Proxy dazwischen zu prüfen.

err-TENANT_ID_MISSING = Die Anmeldung nannte keine Organisation.
cure-TENANT_ID_MISSING = Melden Sie dies mit der Korrelations-ID.

err-DEVICE_CERTIFICATE_NOT_FOUND = Das Zertifikat dieses Geräts ist verschwunden.
cure-DEVICE_CERTIFICATE_NOT_FOUND = Führen Sie `dovetail leave` aus und treten Sie dann erneut bei.

err-NO_CONNECTION_POINT = Für dieses Gerät ist keine Organisation eingerichtet.
cure-NO_CONNECTION_POINT = Bitten Sie Ihren Administrator, die Organisation in /etc/dovetail/dovetail.toml einzutragen.

err-DISCOVERY_UNREACHABLE = Der Registrierungsdienst war nicht erreichbar.
cure-DISCOVERY_UNREACHABLE = Prüfen Sie Netzwerk, Proxy und Uhr und versuchen Sie es dann noch einmal.

err-REALM_DISCOVERY_FAILED = Es ließ sich nicht feststellen, wie sich dieses Konto anmeldet.
cure-REALM_DISCOVERY_FAILED = Prüfen Sie die Netzwerkverbindung und versuchen Sie es noch einmal.

err-DIRECTORY_ERROR = Das Verzeichnis hat das Gerät abgelehnt.
cure-DIRECTORY_ERROR = Versuchen Sie es noch einmal; bleibt es so, geben Sie Ihrem Administrator die Korrelations-ID.

err-DEVICE_MISSING = Die Organisation kennt dieses Gerät nicht mehr.
cure-DEVICE_MISSING = Führen Sie `dovetail leave` aus und treten Sie dann erneut bei.

err-TOKEN_WITHOUT_DEVICE = Das Token nennt kein Gerät.
cure-TOKEN_WITHOUT_DEVICE = Melden Sie dies mit der Korrelations-ID.

err-AADSTS_INTERACTION_REQUIRED = Die Anmeldung braucht Sie.
cure-AADSTS_INTERACTION_REQUIRED = Melden Sie sich noch einmal an.

err-AADSTS_REDIRECT_URI = Diese Seite ist bei der Anmeldung der Organisation nicht registriert.
cure-AADSTS_REDIRECT_URI = Bitten Sie Ihren Administrator, die Adresse dieser Seite zu registrieren.

err-AADSTS_FOREIGN_ACCOUNT = Dieses Konto gehört nicht zur Organisation.
cure-AADSTS_FOREIGN_ACCOUNT = Melden Sie sich mit Ihrem Arbeits- oder Schulkonto an.

err-AADSTS_NO_SUCH_USER = Dieses Konto gibt es nicht.
cure-AADSTS_NO_SUCH_USER = Prüfen Sie den Kontonamen und versuchen Sie es noch einmal.

err-AADSTS_LOCKED = Dieses Konto ist nach zu vielen Fehlversuchen gesperrt.
cure-AADSTS_LOCKED = Warten Sie einige Minuten und versuchen Sie es noch einmal, oder fragen Sie Ihren Administrator.

err-AADSTS_PASSWORD_EXPIRED = Das Kennwort ist abgelaufen.
cure-AADSTS_PASSWORD_EXPIRED = Setzen Sie ein neues Kennwort und melden Sie sich dann noch einmal an.

err-AADSTS_USER_DISABLED = Dieses Konto ist deaktiviert.
cure-AADSTS_USER_DISABLED = Fragen Sie Ihren Administrator.

err-AADSTS_NO_SESSION = Sie sind nicht mehr angemeldet.
cure-AADSTS_NO_SESSION = Melden Sie sich noch einmal an.

err-AADSTS_NO_TENANT = Die Anmeldung sagt nicht, welche Organisation gemeint ist.
cure-AADSTS_NO_TENANT = Bitten Sie Ihren Administrator, den Namen der Organisation in der Konfiguration zu prüfen.

err-AADSTS_MFA_REQUIRED = Ihre Organisation verlangt einen zweiten Faktor.
cure-AADSTS_MFA_REQUIRED = Melden Sie sich noch einmal mit Ihrem zweiten Faktor an.
err-AADSTS_MFA_EXPIRED = Ihr zweiter Faktor liegt für Ihre Organisation zu lange zurück.
cure-AADSTS_MFA_EXPIRED = Melden Sie sich noch einmal mit Ihrem zweiten Faktor an.
err-AADSTS_BUSY = Der Dienst hat im Augenblick zu viel zu tun.
cure-AADSTS_BUSY = Warten Sie einige Sekunden und versuchen Sie es noch einmal.

err-AADSTS_MFA_ENROLLMENT = Ihre Organisation verlangt einen zweiten Faktor, und es ist keiner eingerichtet.
cure-AADSTS_MFA_ENROLLMENT = Richten Sie einen zweiten Faktor ein und melden Sie sich dann noch einmal an.

err-AADSTS_WRONG_PASSWORD = Der Kontoname oder das Kennwort ist falsch.
cure-AADSTS_WRONG_PASSWORD = Prüfen Sie beide und versuchen Sie es noch einmal.

err-AADSTS_LOOP = Die Anmeldung hat sich im Kreis gedreht.
cure-AADSTS_LOOP = Schließen Sie die anderen Tabs und versuchen Sie es in einigen Minuten noch einmal.

err-AADSTS_MFA_FAILED = Der Code des zweiten Faktors ist falsch.
cure-AADSTS_MFA_FAILED = Geben Sie den aktuellen Code Ihrer Authenticator-App ein.

err-AADSTS_BLOCKED = Eine Regel Ihrer Organisation verhindert diese Anmeldung.
cure-AADSTS_BLOCKED = Fragen Sie Ihren Administrator, welche Regel es ist.

err-AADSTS_CONSENT = Niemand hat dieser Anwendung zugestimmt.
cure-AADSTS_CONSENT = Bitten Sie Ihren Administrator zuzustimmen.

err-AADSTS_DECLINED = Die Anmeldung wurde abgebrochen.
cure-AADSTS_DECLINED = Beginnen Sie von vorn, wenn Sie so weit sind.

err-AADSTS_UNKNOWN_CLIENT = Die Organisation kennt diese Anwendung nicht.
cure-AADSTS_UNKNOWN_CLIENT = Bitten Sie Ihren Administrator, die Client-ID zu prüfen.

err-AADSTS_RESPONSE_TYPE = Die Organisation gibt dieser Anwendung keine ID-Token.
cure-AADSTS_RESPONSE_TYPE = Bitten Sie Ihren Administrator, ID-Token zu erlauben oder den Code-Ablauf einzurichten.

err-AADSTS_NO_SUCH_TENANT = Diese Organisation gibt es nicht.
cure-AADSTS_NO_SUCH_TENANT = Bitten Sie Ihren Administrator, den Namen der Organisation zu prüfen.

err-AADSTS_MISSING_FIELD = Ein notwendiger Teil der Anfrage fehlt.
cure-AADSTS_MISSING_FIELD = Melden Sie dies mit der Korrelations-ID.

err-AADSTS_MISSING_PARAMETER = Ein notwendiger Teil der Anfrage fehlt.
cure-AADSTS_MISSING_PARAMETER = Melden Sie dies mit der Korrelations-ID.

err-TPM_ABSENT = Dieser Rechner hat kein TPM, das benutzt werden kann.
cure-TPM_ABSENT = Schalten Sie das TPM in den Firmware-Einstellungen ein, oder lassen Sie Ihren Administrator Schlüsseldateien erlauben.

err-TPM_BUSY = Das TPM ist beschäftigt.
cure-TPM_BUSY = Warten Sie eine Minute und versuchen Sie es noch einmal.

err-TPM_CLEARED = Das TPM wurde gelöscht oder getauscht; die Schlüssel dieses Geräts sind verloren.
cure-TPM_CLEARED = Führen Sie `dovetail leave` aus und treten Sie dann erneut bei.

err-TPM_FAILED = Das TPM hat mittendrin aufgehört zu arbeiten.
cure-TPM_FAILED = Versuchen Sie es noch einmal; bleibt es so, starten Sie den Rechner neu.

err-TPM_LOCKED = Das TPM ist nach zu vielen Fehlversuchen gesperrt.
cure-TPM_LOCKED = Warten Sie, bis die Sperre vorbei ist, und versuchen Sie es dann noch einmal.

err-CLOCK_WRONG = Die Uhr dieses Rechners geht falsch.
cure-CLOCK_WRONG = Stellen Sie Datum und Uhrzeit ein und versuchen Sie es dann noch einmal.

err-ALREADY_JOINED = Dieser Rechner ist bereits beigetreten.
cure-ALREADY_JOINED = Führen Sie erst `dovetail leave` aus, wenn Sie erneut beitreten wollen.

err-NOT_JOINED = Dieser Rechner ist nicht beigetreten.
cure-NOT_JOINED = Lassen Sie ihn zuerst beitreten.

err-UNREACHABLE = Ein Server war nicht erreichbar.
cure-UNREACHABLE = Prüfen Sie die Netzwerkverbindung und versuchen Sie es noch einmal.

err-TLS_FAILED = Ein Server konnte nicht beweisen, wer er ist.
cure-TLS_FAILED = Prüfen Sie die Uhr; stimmt sie, fragen Sie Ihren Administrator nach einem Proxy, der TLS öffnet.

err-NONSENSE = Die Antwort eines Servers war nicht zu verstehen.
cure-NONSENSE = Versuchen Sie es noch einmal; bleibt es so, suchen Sie nach einer Anmeldeseite des Netzes oder einem Proxy dazwischen.

err-TOO_LARGE = Die Antwort eines Servers ist größer als jede echte.
cure-TOO_LARGE = Fragen Sie Ihren Administrator, was zwischen diesem Gerät und der Organisation steht.

err-THROTTLED = Der Server bittet darum, später wiederzukommen.
cure-THROTTLED = Warten Sie einige Minuten und versuchen Sie es noch einmal.

err-EXTENSION_MISSING = Die Dovetail-Erweiterung ist in diesem Browser nicht installiert.
cure-EXTENSION_MISSING = Installieren Sie die Erweiterung und laden Sie dann diese Seite neu.

err-HOST_MISSING = Die Erweiterung hat auf diesem Rechner kein Dovetail-Programm gefunden.
cure-HOST_MISSING = Installieren Sie das Dovetail-Paket oder führen Sie `dovetail install` aus, und laden Sie dann diese Seite neu.

err-DAEMON_NOT_RUNNING = Der Dovetail-Dienst läuft nicht.
cure-DAEMON_NOT_RUNNING = Führen Sie `sudo systemctl start dovetaild` aus und versuchen Sie es dann noch einmal.

err-TIMED_OUT = Der Dovetail-Dienst hat nicht rechtzeitig geantwortet.
cure-TIMED_OUT = Versuchen Sie es noch einmal.

err-UNSUPPORTED = Eines der beiden Programme ist älter als das andere und kennt diese Anfrage nicht.
cure-UNSUPPORTED = Aktualisieren Sie die Erweiterung und das Dovetail-Paket.

err-ORIGIN_REFUSED = Diese Seite darf nicht mit dem Gerät sprechen.
cure-ORIGIN_REFUSED = Öffnen Sie das eigene Portal Ihrer Organisation, oder bitten Sie Ihren Administrator, diese Adresse zu erlauben.

err-BAD_FRAME = Eine Nachricht war nicht zu lesen.
cure-BAD_FRAME = Melden Sie dies mit der Korrelations-ID.

err-FRAME_TOO_LARGE = Eine Nachricht ist größer als die Grenze von 1 MiB.
cure-FRAME_TOO_LARGE = Melden Sie dies mit der Korrelations-ID.

err-PEER_REFUSED = Dieser Benutzer darf das nicht verlangen.
cure-PEER_REFUSED = Fragen Sie die Person, die damit begonnen hat, oder benutzen Sie sudo.

err-WRONG_CALLER = Eine unbekannte Erweiterung hat das Dovetail-Programm gestartet.
cure-WRONG_CALLER = Entfernen Sie die Erweiterung, oder fragen Sie Ihren Administrator.

err-CLOSED = Die Verbindung zum Dovetail-Dienst wurde getrennt.
cure-CLOSED = Versuchen Sie es noch einmal.

err-RATE_LIMITED = Zu viele Anfragen.
cure-RATE_LIMITED = Warten Sie eine Minute und versuchen Sie es noch einmal.

err-RECORD_UNREADABLE = Der gespeicherte Stand des Beitritts ist nicht lesbar.
cure-RECORD_UNREADABLE = Führen Sie `dovetail leave --forget` aus und treten Sie dann erneut bei.

err-STORE_FAILED = Der Stand konnte nicht gespeichert werden.
cure-STORE_FAILED = Schaffen Sie Platz auf der Platte oder machen Sie sie beschreibbar, und versuchen Sie es dann noch einmal.

err-RECORD_TOO_NEW = Der gespeicherte Stand wurde von einer neueren Version geschrieben.
cure-RECORD_TOO_NEW = Aktualisieren Sie das Dovetail-Paket.

err-NO_SUCH_JOIN = Diesen Beitritt gibt es nicht mehr.
cure-NO_SUCH_JOIN = Beginnen Sie von vorn.

err-WRONG_STATE = Der Beitritt ist nicht an dem Punkt, an dem das möglich ist.
cure-WRONG_STATE = Laden Sie die Seite neu, um zu sehen, wo er steht.

err-TOKEN_REJECTED = Die Anmeldung konnte nicht überprüft werden.
cure-TOKEN_REJECTED = Melden Sie sich noch einmal an.

err-TOKEN_EXPIRED = Die Anmeldung ist abgelaufen.
cure-TOKEN_EXPIRED = Melden Sie sich noch einmal an.

err-NONCE_UNKNOWN = Die Anmeldung gehört nicht zu diesem Beitritt oder wurde schon benutzt.
cure-NONCE_UNKNOWN = Beginnen Sie den Beitritt auf dieser Seite von vorn.

err-WRONG_TENANT = Das Konto gehört zu einer anderen Organisation als der, für die dieses Gerät bestimmt ist.
cure-WRONG_TENANT = Melden Sie sich mit einem Konto der eingerichteten Organisation an.

err-CERTIFICATE_MISMATCH = Das zurückgekommene Zertifikat passt nicht zu diesem Gerät.
cure-CERTIFICATE_MISMATCH = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator, was zwischen diesem Gerät und der Organisation steht.

err-NOT_APPROVED = Der Beitritt wurde auf dem Gerät nicht bestätigt.
cure-NOT_APPROVED = Beginnen Sie von vorn und bestätigen Sie, wenn Sie gefragt werden.

err-CANCELLED = Der Beitritt wurde abgebrochen.
cure-CANCELLED = Beginnen Sie von vorn, wenn Sie so weit sind.

err-INTERNAL = Etwas ist geschehen, das nicht geschehen sollte.
cure-INTERNAL = Melden Sie dies mit der Korrelations-ID.

err-MDM_MESSAGE_FORMAT = Der Verwaltungsdienst konnte die Anfrage nicht lesen.
cure-MDM_MESSAGE_FORMAT = Melden Sie dies mit der Korrelations-ID.

err-MDM_AUTHENTICATION = Der Verwaltungsdienst hat die Anmeldung nicht angenommen.
cure-MDM_AUTHENTICATION = Melden Sie sich noch einmal an.

err-MDM_NOT_AUTHORIZED = Ihr Konto darf keine Geräte unter Verwaltung stellen.
cure-MDM_NOT_AUTHORIZED = Bitten Sie Ihren Administrator, es Ihnen zu erlauben.

err-MDM_CERTIFICATE_REQUEST = Der Verwaltungsdienst hat die Zertifikatsanforderung dieses Geräts nicht angenommen.
cure-MDM_CERTIFICATE_REQUEST = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator.

err-MDM_SERVER = Der Verwaltungsdienst hat selbst eine Störung.
cure-MDM_SERVER = Warten Sie einige Minuten und versuchen Sie es noch einmal.

err-MDM_INTERNAL = Im Verwaltungsdienst ist etwas schiefgegangen.
cure-MDM_INTERNAL = Warten Sie einige Minuten und versuchen Sie es noch einmal.

err-MDM_SECURITY_HEADER = Der Verwaltungsdienst konnte nicht lesen, wer fragt.
cure-MDM_SECURITY_HEADER = Melden Sie dies mit der Korrelations-ID.

err-MDM_UNKNOWN = Der Verwaltungsdienst hat aus einem eigenen Grund abgelehnt.
cure-MDM_UNKNOWN = Versuchen Sie es noch einmal; bleibt es so, geben Sie Ihrem Administrator die Korrelations-ID.

err-MDM_IN_PROGRESS = Dieses Gerät wird schon unter Verwaltung gestellt.
cure-MDM_IN_PROGRESS = Warten Sie, bis das zu Ende ist.

err-MDM_ALREADY_ENROLLED = Dieses Gerät steht schon unter Verwaltung.
cure-MDM_ALREADY_ENROLLED = `dovetail status` sagt, unter wessen.

err-MDM_NOT_ENROLLED = Dieses Gerät steht nicht unter Verwaltung.
cure-MDM_NOT_ENROLLED = Öffnen Sie das Portal, um es unter Verwaltung zu stellen.

err-MDM_TLS_DATE = Das Zertifikat des Verwaltungsdienstes ist abgelaufen, oder die Uhr hier geht falsch.
cure-MDM_TLS_DATE = Prüfen Sie die Uhr; geht sie richtig, sagen Sie es Ihrem Administrator.

err-MDM_UNREACHABLE = Der Verwaltungsdienst ist nicht zu erreichen.
cure-MDM_UNREACHABLE = Prüfen Sie die Netzwerkverbindung; `dovetail sync` versucht es noch einmal.

err-MDM_TLS = Der Verwaltungsdienst konnte nicht beweisen, wer er ist.
cure-MDM_TLS = Prüfen Sie die Uhr; geht sie richtig, fragen Sie Ihren Administrator nach einem Proxy, der TLS öffnet.

err-MDM_DEVICE_CAP = Unter diesem Konto werden schon so viele Geräte verwaltet, wie Ihre Organisation erlaubt.
cure-MDM_DEVICE_CAP = Entfernen Sie eines, das Sie nicht mehr benutzen, oder bitten Sie Ihren Administrator um eine höhere Grenze.

err-MDM_DEVICE_NOT_SUPPORTED = Der Verwaltungsdienst verwaltet keine Geräte dieser Art.
cure-MDM_DEVICE_NOT_SUPPORTED = Fragen Sie Ihren Administrator.

err-MDM_NOT_SUPPORTED = Ihre Organisation verwaltet dieses Gerät nicht.
cure-MDM_NOT_SUPPORTED = Fragen Sie Ihren Administrator.

err-MDM_NOT_ELIGIBLE_TO_RENEW = Das Verwaltungszertifikat kann nicht mehr erneuert werden.
cure-MDM_NOT_ELIGIBLE_TO_RENEW = Öffnen Sie das Portal, um das Gerät wieder unter Verwaltung zu stellen.

err-MDM_IN_MAINTENANCE = Der Verwaltungsdienst wird gewartet.
cure-MDM_IN_MAINTENANCE = Warten Sie eine Stunde und versuchen Sie es noch einmal.

err-MDM_LICENSE = Dieses Konto hat keine Lizenz für die Geräteverwaltung.
cure-MDM_LICENSE = Bitten Sie Ihren Administrator um eine Lizenz.

err-MDM_ENROLLMENT_DATA = Der Verwaltungsdienst hat die Antwort auf die Nutzungsbedingungen nicht angenommen.
cure-MDM_ENROLLMENT_DATA = Beginnen Sie noch einmal und nehmen Sie die Bedingungen an.

err-MDM_INSECURE_REDIRECT = Der Verwaltungsdienst hat dieses Gerät zu einem Server geschickt, dem nicht vertraut wird.
cure-MDM_INSECURE_REDIRECT = Bitten Sie Ihren Administrator, die Adressen des Verwaltungsdienstes zu prüfen.

err-MDM_WRONG_STATE = Dieses Gerät ist nicht an dem Punkt, an dem es unter Verwaltung gestellt werden kann.
cure-MDM_WRONG_STATE = `dovetail status` sagt, wo es steht.

err-MDM_PROVISION_CERTIFICATES = Das Verwaltungszertifikat, das zurückkam, passt nicht zu diesem Gerät.
cure-MDM_PROVISION_CERTIFICATES = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator, was zwischen Gerät und Dienst steht.

err-MDM_PROVISION_APPLICATION = Der Verwaltungsdienst hat nicht richtig gesagt, wo er zu erreichen ist.
cure-MDM_PROVISION_APPLICATION = Geben Sie Ihrem Administrator die Korrelations-ID.

err-MDM_PROVISION_CLIENT = Der Zeitplan des Verwaltungsdienstes ergibt keinen Sinn.
cure-MDM_PROVISION_CLIENT = Geben Sie Ihrem Administrator die Korrelations-ID.

err-MDM_PROVISION_HELLO = Die Anmelderichtlinie des Verwaltungsdienstes widerspricht sich.
cure-MDM_PROVISION_HELLO = Bitten Sie Ihren Administrator, die PIN-Regeln zu berichtigen.

err-MDM_PROVISION = Die ersten Einstellungen des Verwaltungsdienstes ließen sich nicht einrichten.
cure-MDM_PROVISION = Versuchen Sie es noch einmal; bleibt es so, geben Sie Ihrem Administrator die Korrelations-ID.

err-MDM_CLIENT_CERTIFICATE = Das Verwaltungszertifikat dieses Geräts ist weg oder wurde abgelehnt.
cure-MDM_CLIENT_CERTIFICATE = Öffnen Sie das Portal, um das Gerät wieder unter Verwaltung zu stellen.

err-MDM_BLOCKED = Die Verwaltung dieses Geräts ist gesperrt.
cure-MDM_BLOCKED = Fragen Sie Ihren Administrator.

err-MDM_KEY = Der Schlüssel für das Verwaltungszertifikat ließ sich nicht erzeugen.
cure-MDM_KEY = Versuchen Sie es noch einmal; `dovetail doctor` sagt, was das TPM sagt.

err-MDM_EMPTY = Der Verwaltungsdienst hat mit nichts geantwortet.
cure-MDM_EMPTY = Versuchen Sie es in einigen Minuten noch einmal.

err-MDM_CANCELLED = Das Gerät unter Verwaltung zu stellen wurde aufgegeben.
cure-MDM_CANCELLED = Öffnen Sie das Portal, wenn Sie so weit sind.

err-MDM_NOT_CONFIGURED = Ihre Organisation verwaltet keine Geräte dieses Kontos.
cure-MDM_NOT_CONFIGURED = Fragen Sie Ihren Administrator.

err-WSTRUST_FAULT = Der Anmeldedienst Ihrer Organisation hat abgelehnt.
cure-WSTRUST_FAULT = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator.

err-WSTRUST_NO_ENDPOINT = Der Anmeldedienst Ihrer Organisation bietet keinen sicheren Weg, sich hier mit einem Kennwort anzumelden.
cure-WSTRUST_NO_ENDPOINT = Treten Sie im Browser bei, oder fragen Sie Ihren Administrator.

err-WSTRUST_UNREADABLE = Die Antwort des Anmeldedienstes Ihrer Organisation war nicht zu verstehen.
cure-WSTRUST_UNREADABLE = Versuchen Sie es noch einmal; bleibt es so, treten Sie im Browser bei.

err-AADSTS_WSFED_FAULTY = Der Anmeldedienst Ihrer Organisation hat keine richtige Antwort geschickt.
cure-AADSTS_WSFED_FAULTY = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator.

err-AADSTS_WSFED_INVALID = Die Antwort des Anmeldedienstes Ihrer Organisation hat die falsche Form.
cure-AADSTS_WSFED_INVALID = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator.

err-AADSTS_SAML_SIGNATURE = Die Unterschrift des Anmeldedienstes Ihrer Organisation ist nicht gültig.
cure-AADSTS_SAML_SIGNATURE = Bitten Sie Ihren Administrator, das Signaturzertifikat der Domäne zu prüfen.

err-AADSTS_SAML_MISSING = Die Anmeldung vom Dienst Ihrer Organisation fehlt oder ist für jemand anderen bestimmt.
cure-AADSTS_SAML_MISSING = Versuchen Sie es noch einmal; bleibt es so, fragen Sie Ihren Administrator.

err-AADSTS_SAML_KEY = Die Anmeldung ist mit einem Schlüssel unterschrieben, der nicht Ihrer Organisation gehört.
cure-AADSTS_SAML_KEY = Bitten Sie Ihren Administrator, das Signaturzertifikat der Domäne zu prüfen.

err-AADSTS_SAML_DOMAIN = Die Anmeldung nennt ein Konto einer anderen Domäne.
cure-AADSTS_SAML_DOMAIN = Melden Sie sich mit einem Konto Ihrer eigenen Organisation an.

err-AADSTS_ASSERTION_INVALID = Die Anmeldung konnte nicht angenommen werden.
cure-AADSTS_ASSERTION_INVALID = Melden Sie sich noch einmal an; bleibt es so, fragen Sie Ihren Administrator.

err-AADSTS_ASSERTION_TIME = Die Anmeldung gilt nicht mehr oder noch nicht.
cure-AADSTS_ASSERTION_TIME = Melden Sie sich noch einmal an; bleibt es so, gehen die Uhren verschieden: fragen Sie Ihren Administrator.

err-AADSTS_FLOW_EXPIRED = Die Anmeldung hat zu lange gedauert oder gehört zu einem anderen Browser.
cure-AADSTS_FLOW_EXPIRED = Beginnen Sie noch einmal.

err-AADSTS_ISSUER_UNKNOWN = Den Dienst, der diese Anmeldung unterschrieben hat, kennt hier niemand.
cure-AADSTS_ISSUER_UNKNOWN = Bitten Sie Ihren Administrator, die Föderation der Domäne zu prüfen.

err-AADSTS_NOT_IN_DIRECTORY = Dieses Konto Ihrer Organisation ist nicht im Verzeichnis.
cure-AADSTS_NOT_IN_DIRECTORY = Bitten Sie Ihren Administrator, es zu synchronisieren.

err-AADSTS_REQUEST_STALE = Die Anmeldung ist zu lange liegen geblieben.
cure-AADSTS_REQUEST_STALE = Melden Sie sich noch einmal an.

err-AADSTS_GRANT_EXPIRED = Die Erlaubnis ist abgelaufen oder wurde zurückgenommen.
cure-AADSTS_GRANT_EXPIRED = Melden Sie sich noch einmal an.

err-AADSTS_CODE_REDEEMED = Der Code der Anmeldung wurde schon benutzt.
cure-AADSTS_CODE_REDEEMED = Melden Sie sich noch einmal an.

err-AADSTS_PKCE = Der Code der Anmeldung gehört zu einem anderen Programm.
cure-AADSTS_PKCE = Beginnen Sie noch einmal; bleibt es so, melden Sie es mit der Korrelations-ID.

err-AADSTS_RESOURCE_UNKNOWN = Die Organisation kennt den verlangten Dienst nicht.
cure-AADSTS_RESOURCE_UNKNOWN = Fragen Sie Ihren Administrator.

err-TERMS_DECLINED = Die Nutzungsbedingungen wurden abgelehnt, deshalb ist das Gerät nicht beigetreten.
cure-TERMS_DECLINED = Beginnen Sie noch einmal, wenn Sie es sich anders überlegen.

err-TERMS_FAILED = Die Nutzungsbedingungen ließen sich nicht zeigen oder beantworten.
cure-TERMS_FAILED = Versuchen Sie es noch einmal; bleibt es so, geben Sie Ihrem Administrator die Korrelations-ID.

err-TERMS_UNREACHABLE = Die Seite mit den Nutzungsbedingungen ist nicht zu erreichen.
cure-TERMS_UNREACHABLE = Prüfen Sie die Netzwerkverbindung und versuchen Sie es noch einmal.

err-TERMS_FOREIGN = Die Antwort auf die Nutzungsbedingungen gehört nicht zu diesem Beitritt.
cure-TERMS_FOREIGN = Öffnen Sie die Bedingungen noch einmal von dieser Seite aus.

err-MANAGEMENT_SIGN_IN = Für die Verwaltung durch Ihre Organisation müssen Sie sich noch einmal anmelden.
cure-MANAGEMENT_SIGN_IN = Öffnen Sie das Portal und melden Sie sich an; das Gerät bleibt beigetreten.

err-POLICY_CONFLICT = Die Richtlinien Ihrer Organisation widersprechen sich.
cure-POLICY_CONFLICT = Bitten Sie Ihren Administrator, sie zu berichtigen; die bisherigen bleiben in Kraft.

err-POLICY_FAILED = Eine Richtlinie Ihrer Organisation ließ sich nicht in Kraft setzen.
cure-POLICY_FAILED = `dovetail status` sagt, welche; `dovetail sync` versucht es noch einmal.

err-MDM_SESSION = Das Gespräch mit dem Verwaltungsdienst ist abgebrochen.
cure-MDM_SESSION = Warten Sie einige Minuten; `dovetail sync` versucht es noch einmal.

err-UNENROLL_REFUSED = Ein Gerät der Organisation wird nicht allein aus der Verwaltung genommen.
cure-UNENROLL_REFUSED = `dovetail leave` verlässt damit auch die Organisation.

err-DIRECT_SIGN_IN_OFF = Hier darf niemand mit einem Kennwort im Terminal beitreten.
cure-DIRECT_SIGN_IN_OFF = Treten Sie im Browser bei, oder bitten Sie Ihren Administrator, es zu erlauben.

err-FEDERATION_UNREACHABLE = Der Anmeldedienst Ihrer Organisation ist nicht zu erreichen.
cure-FEDERATION_UNREACHABLE = Prüfen Sie die Netzwerkverbindung und versuchen Sie es noch einmal.

err-MDM_REMOVED = Ihre Organisation hat dieses Gerät aus der Verwaltung genommen.
cure-MDM_REMOVED = Fragen Sie Ihren Administrator; um wiederzukommen, treten Sie noch einmal bei.

err-DEVICE_CODE_OFF = Ihre Organisation lässt Geräte nicht mit einem Code beitreten, der auf einem anderen Gerät eingegeben wird.
cure-DEVICE_CODE_OFF = Treten Sie im Browser bei, oder bitten Sie Ihren Administrator, den Gerätecode-Fluss für das Aufnehmen von Geräten zu erlauben.

err-DEVICE_CODE_EXPIRED = Der Code wurde nicht rechtzeitig benutzt.
cure-DEVICE_CODE_EXPIRED = Beginnen Sie von vorn und melden Sie sich mit dem neuen Code an.

err-DEVICE_CODE_DECLINED = Die Anmeldung auf dem anderen Gerät wurde abgelehnt.
cure-DEVICE_CODE_DECLINED = Beginnen Sie von vorn, wenn Sie bereit sind.

err-AADSTS_DEVICE_AUTHENTICATION = Der Anmeldedienst hat nicht anerkannt, wer dieses Gerät ist.
cure-AADSTS_DEVICE_AUTHENTICATION = Melden Sie sich noch einmal an; bleibt es so, führen Sie `dovetail leave` aus und treten dann wieder bei.

err-AADSTS_GRANT_WITHDRAWN = Das Kennwort wurde geändert, oder Ihr Administrator hat alle Sitzungen beendet.
cure-AADSTS_GRANT_WITHDRAWN = Melden Sie sich noch einmal an.

err-AADSTS_SESSION_INVALID = Die Sitzung gilt nicht mehr.
cure-AADSTS_SESSION_INVALID = Melden Sie sich noch einmal an.

err-AADSTS_SESSION_REVOKED = Die Sitzung wurde anderswo beendet.
cure-AADSTS_SESSION_REVOKED = Melden Sie sich noch einmal an.

err-AADSTS_TOKEN_INACTIVE = Die Anmeldung wurde zu lange nicht benutzt.
cure-AADSTS_TOKEN_INACTIVE = Melden Sie sich noch einmal an.

err-AADSTS_DEVICE_DISABLED = Ihre Organisation hat dieses Gerät gesperrt.
cure-AADSTS_DEVICE_DISABLED = Bitten Sie Ihren Administrator, es wieder freizugeben.

err-AADSTS_DEVICE_NOT_FOUND = Ihre Organisation kennt dieses Gerät nicht mehr.
cure-AADSTS_DEVICE_NOT_FOUND = Führen Sie `dovetail leave` aus und treten Sie dann wieder bei.

err-AADSTS_REQUEST_NONCE = Der Anmeldedienst hat den Zeitstempel nicht anerkannt, den er selbst ausgegeben hat.
cure-AADSTS_REQUEST_NONCE = Versuchen Sie es noch einmal.

err-AADSTS_SESSION_KEY = Der Anmeldedienst hat den Sitzungsschlüssel dieses Geräts nicht anerkannt.
cure-AADSTS_SESSION_KEY = Melden Sie sich noch einmal an.

err-SSO_NOT_SIGNED_IN = Dieser Benutzer ist auf diesem Gerät nicht angemeldet.
cure-SSO_NOT_SIGNED_IN = Führen Sie `dovetail sign-in` aus.

err-SSO_ANSWER = Die Anmeldung, die zurückkam, gilt nicht für dieses Gerät und diesen Benutzer.
cure-SSO_ANSWER = Melden Sie sich noch einmal an; bleibt es so, fragen Sie Ihren Administrator, was zwischen diesem Gerät und der Organisation steht.

err-SSO_HOST_REFUSED = Anmelde-Cookies gibt es nur für die Anmeldeserver Ihrer Organisation.
cure-SSO_HOST_REFUSED = Prüfen Sie die Adresse, oder bitten Sie Ihren Administrator, den Server hinzuzufügen.

err-SSO_SIGN_IN = Der Anmeldedienst möchte, dass Sie sich noch einmal anmelden.
cure-SSO_SIGN_IN = Führen Sie `dovetail sign-in` aus, oder melden Sie sich im Portal an.

err-SSO_KEY_LOST = Der Sitzungsschlüssel öffnet sich auf diesem Gerät nicht: das TPM wurde gelöscht oder getauscht, oder die Dateien wurden kopiert.
cure-SSO_KEY_LOST = Melden Sie sich noch einmal an; sind auch die Schlüssel des Geräts verloren, verlassen Sie die Organisation und treten wieder bei.

err-SSO_ERRAND = Diese Anmeldung wurde nicht hier begonnen oder schon einmal benutzt.
cure-SSO_ERRAND = Beginnen Sie sie auf dieser Seite noch einmal.
err-SSO_ACCOUNT = Mit diesem Konto sind Sie auf diesem Gerät nicht angemeldet.
cure-SSO_ACCOUNT = Wählen Sie ein anderes Konto, oder melden Sie sich mit diesem an.
err-SSO_PROGRAM = Dieses Programm darf Ihre Anmeldung auf diesem Gerät nicht benutzen.
cure-SSO_PROGRAM = Bitten Sie Ihren Administrator, es zu den Programmen hinzuzufügen, die das dürfen.
err-SSO_AUTHORITY = Die Anwendung fragt eine andere Organisation als die des Kontos.
cure-SSO_AUTHORITY = Prüfen Sie die Authority der Anwendung: Es muss die Organisation des Kontos sein, oder `common`.
err-BROKER_NOT_OFFERED = Das Programm verlangt vom Identitätsbroker etwas, das dieser nicht tut.
cure-BROKER_NOT_OFFERED = Suchen Sie in den Einstellungen des Programms nach einem anderen Weg, oder nach einem neueren Dovetail.
err-SSO_ACCOUNTS_FULL = Sie sind auf diesem Gerät schon mit so vielen Konten angemeldet, wie möglich sind.
cure-SSO_ACCOUNTS_FULL = Melden Sie sich zuerst von einem davon ab.
err-PIN_NOT_SET = Für dieses Konto ist auf diesem Gerät keine PIN eingerichtet.
cure-PIN_NOT_SET = Führen Sie `dovetail pin set-up` aus.
err-PIN_WRONG = Die PIN ist falsch.
cure-PIN_WRONG = Versuchen Sie es noch einmal; nach fünf falschen in Folge muss sie neu eingerichtet werden.
err-PIN_RESTS = Auf diesem Gerät wurden falsche PINs versucht; eine Weile wird keine angenommen.
cure-PIN_RESTS = Warten Sie ein wenig und versuchen Sie es noch einmal, oder melden Sie sich ohne PIN an: `dovetail sign-in`.
err-PIN_LOCKED = Zu viele falsche PINs wurden versucht; diese wird nicht mehr angenommen.
cure-PIN_LOCKED = Richten Sie eine neue ein: `dovetail pin set-up`.
err-PIN_RULES = Die PIN ist nicht so, wie Ihre Organisation sie verlangt.
cure-PIN_RULES = Wählen Sie eine andere; `dovetail pin` zeigt die Regeln.
err-PIN_EXPIRED = Die PIN ist älter, als Ihre Organisation erlaubt.
cure-PIN_EXPIRED = Ändern Sie sie: `dovetail pin change`.
err-PIN_FORBIDDEN = Ihre Organisation will auf diesem Gerät keine PINs.
cure-PIN_FORBIDDEN = Melden Sie sich an wie bisher, oder bitten Sie Ihren Administrator, PINs zu erlauben.
err-PIN_NEEDS_TPM = Eine PIN braucht einen Schlüssel in einem TPM, und dieses Gerät hat seine Schlüssel in Dateien.
cure-PIN_NEEDS_TPM = Schalten Sie das TPM in den Einstellungen der Firmware ein, verlassen Sie die Organisation und treten Sie wieder bei.
err-PIN_FRESH_SIGN_IN = Eine PIN wird nur gleich nach einer Anmeldung mit dem zweiten Faktor eingerichtet.
cure-PIN_FRESH_SIGN_IN = Führen Sie `dovetail sign-in --again` aus und binnen zehn Minuten `dovetail pin set-up`.
err-PIN_KEY_REFUSED = Die Organisation hat den Schlüssel hinter der PIN nicht angenommen.
cure-PIN_KEY_REFUSED = Richten Sie die PIN noch einmal ein; bleibt es dabei, fragen Sie Ihren Administrator.
