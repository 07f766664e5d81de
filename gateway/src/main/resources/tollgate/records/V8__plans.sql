-- What an organisation has bought: the name of a plan that rate card files give a markup; empty: nothing in particular.
ALTER TABLE organisation ADD COLUMN plan TEXT NOT NULL DEFAULT '';
