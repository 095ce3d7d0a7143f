-- What each signing key does: 0 signs, 1 signs after the next rotation and is published until then, 2 has signed before.
ALTER TABLE signing_key ADD COLUMN turn INTEGER NOT NULL DEFAULT 2 CHECK (turn IN (0, 1, 2));
UPDATE signing_key SET turn = 0 WHERE kid = (SELECT kid FROM signing_key WHERE active = 1 ORDER BY created DESC, rowid DESC LIMIT 1);
CREATE UNIQUE INDEX signing_key_turn ON signing_key (turn) WHERE turn < 2;

ALTER TABLE ec_signing_key ADD COLUMN active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1));
ALTER TABLE ec_signing_key ADD COLUMN turn INTEGER NOT NULL DEFAULT 2 CHECK (turn IN (0, 1, 2));
UPDATE ec_signing_key SET active = 0 WHERE kid NOT IN (SELECT kid FROM ec_signing_key ORDER BY created DESC, kid LIMIT 3);
UPDATE ec_signing_key SET turn = 0 WHERE kid = (SELECT kid FROM ec_signing_key ORDER BY created DESC, kid LIMIT 1);
CREATE UNIQUE INDEX ec_signing_key_turn ON ec_signing_key (turn) WHERE turn < 2;
