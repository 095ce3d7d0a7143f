-- A number that moves with every change of what servers keep in memory: they ask for it, and read anew when it has moved.
CREATE TABLE epoch (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO epoch (number) VALUES (1);
CREATE TRIGGER epoch_tenant_insert AFTER INSERT ON tenant BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_tenant_update AFTER UPDATE ON tenant BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_tenant_delete AFTER DELETE ON tenant BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_domain_insert AFTER INSERT ON domain BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_domain_update AFTER UPDATE ON domain BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_domain_delete AFTER DELETE ON domain BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_policy_insert AFTER INSERT ON policy BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_policy_update AFTER UPDATE ON policy BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_policy_delete AFTER DELETE ON policy BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_insert AFTER INSERT ON app BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_update AFTER UPDATE ON app BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_delete AFTER DELETE ON app BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_redirect_insert AFTER INSERT ON app_redirect BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_redirect_update AFTER UPDATE ON app_redirect BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_redirect_delete AFTER DELETE ON app_redirect BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_credential_insert AFTER INSERT ON app_credential BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_credential_update AFTER UPDATE ON app_credential BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_app_credential_delete AFTER DELETE ON app_credential BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_signing_key_insert AFTER INSERT ON signing_key BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_signing_key_update AFTER UPDATE ON signing_key BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_signing_key_delete AFTER DELETE ON signing_key BEGIN UPDATE epoch SET number = number + 1; END;
