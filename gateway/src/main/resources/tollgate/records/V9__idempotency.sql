-- Of a request that its client named: the name and the print, as the wallet knows them.
ALTER TABLE exchange ADD COLUMN mark TEXT;
