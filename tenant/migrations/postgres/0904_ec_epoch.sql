-- Keys for ES256 are kept in memory, too.
CREATE TRIGGER epoch_ec_signing_key AFTER INSERT OR UPDATE OR DELETE ON ec_signing_key FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
