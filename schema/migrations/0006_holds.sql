-- Which races ever had their public board held: whoever reads the log must not see under a hold
-- that lasts. Few events are in this index, and an append of any other pays nothing for it.
create index events_holds on events (position) where type = 'PublicBoardHeld';
