-- What would otherwise be read from end to end.
CREATE INDEX terms_acceptance_version ON terms_acceptance (version);
CREATE INDEX mdm_device_device ON mdm_device (device_id);
CREATE TRIGGER epoch_ec_signing_key_insert AFTER INSERT ON ec_signing_key BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_ec_signing_key_update AFTER UPDATE ON ec_signing_key BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_ec_signing_key_delete AFTER DELETE ON ec_signing_key BEGIN UPDATE epoch SET number = number + 1; END;
