-- A number that moves with every change of what servers keep in memory: they ask for it, and read anew when it has moved.
CREATE TABLE epoch (
    number BIGINT NOT NULL
);
INSERT INTO epoch (number) VALUES (1);
CREATE FUNCTION move_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE epoch SET number = number + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER epoch_tenant AFTER INSERT OR UPDATE OR DELETE ON tenant FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_domain AFTER INSERT OR UPDATE OR DELETE ON domain FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_policy AFTER INSERT OR UPDATE OR DELETE ON policy FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_app AFTER INSERT OR UPDATE OR DELETE ON app FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_app_redirect AFTER INSERT OR UPDATE OR DELETE ON app_redirect FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_app_credential AFTER INSERT OR UPDATE OR DELETE ON app_credential FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_signing_key AFTER INSERT OR UPDATE OR DELETE ON signing_key FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
