-- Keys for ES256 are kept in memory, too.
CREATE TRIGGER epoch_ec_signing_key_insert AFTER INSERT ON ec_signing_key BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_ec_signing_key_update AFTER UPDATE ON ec_signing_key BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_ec_signing_key_delete AFTER DELETE ON ec_signing_key BEGIN UPDATE epoch SET number = number + 1; END;
