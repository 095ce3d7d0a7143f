-- What would otherwise be read from end to end.
CREATE INDEX terms_acceptance_version ON terms_acceptance (version);
CREATE INDEX mdm_device_device ON mdm_device (device_id);
