-- When the person was last signed out everywhere, or given another password: what was vouched for until then is no ground
-- for anything new.
ALTER TABLE user ADD COLUMN signed_out INTEGER NOT NULL DEFAULT 0;
