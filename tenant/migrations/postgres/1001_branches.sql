-- Nearly every lineage is its own root: only those that branched off need to be found by it.
DROP INDEX lineage_root;
CREATE INDEX lineage_branch ON lineage (root) WHERE root <> id;
