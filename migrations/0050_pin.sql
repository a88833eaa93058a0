-- The six digits (argon2id) by which a person proves who it is at a kiosk or on a phone.
alter table account add column pin_hash text;
