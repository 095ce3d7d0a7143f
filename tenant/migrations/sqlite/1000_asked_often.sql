-- Conditional access and faults are asked for with every request: they are kept in memory, too.
CREATE TRIGGER epoch_access_rule_insert AFTER INSERT ON access_rule BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_access_rule_update AFTER UPDATE ON access_rule BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_access_rule_delete AFTER DELETE ON access_rule BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_fault_insert AFTER INSERT ON fault BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_fault_update AFTER UPDATE ON fault BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_fault_delete AFTER DELETE ON fault BEGIN UPDATE epoch SET number = number + 1; END;
