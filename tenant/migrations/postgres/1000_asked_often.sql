-- Conditional access and faults are asked for with every request: they are kept in memory, too.
CREATE TRIGGER epoch_access_rule AFTER INSERT OR UPDATE OR DELETE ON access_rule FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
CREATE TRIGGER epoch_fault AFTER INSERT OR UPDATE OR DELETE ON fault FOR EACH STATEMENT EXECUTE FUNCTION move_epoch();
