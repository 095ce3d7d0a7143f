-- Addresses of the tenant's own pages, each for as long as the server that stands there says so.
CREATE TABLE server_redirect (
    server TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES app (client_id),
    uri TEXT NOT NULL,
    platform TEXT NOT NULL CHECK (platform IN ('spa', 'native', 'web')),
    expires INTEGER NOT NULL,
    PRIMARY KEY (server, client_id, uri)
) STRICT;
CREATE INDEX server_redirect_client ON server_redirect (client_id);
CREATE INDEX server_redirect_expires ON server_redirect (expires);
-- That a server is still there changes nothing.
CREATE TRIGGER epoch_server_redirect_insert AFTER INSERT ON server_redirect BEGIN UPDATE epoch SET number = number + 1; END;
CREATE TRIGGER epoch_server_redirect_delete AFTER DELETE ON server_redirect BEGIN UPDATE epoch SET number = number + 1; END;

-- Until now each server put its own in the place of the last one's.
DELETE FROM app_redirect WHERE uri <> 'https://login.microsoftonline.com/common/oauth2/nativeclient' AND (
    client_id = 'd0e7a110-0000-4000-8000-00000000c0de'
    OR client_id IN ('01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9', '29d9ed98-a469-4536-ade2-f981bc1d605e') AND uri IN (SELECT value FROM policy WHERE name IN ('page', 'native'))
    OR client_id = '0000000a-0000-0000-c000-000000000000' AND uri IN (SELECT value FROM policy WHERE name = 'management-page'));
DELETE FROM policy WHERE name IN ('page', 'native', 'management-page');
