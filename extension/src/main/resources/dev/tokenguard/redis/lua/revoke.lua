--[[
  Marks families, client sessions, sessions or all of one user as revoked.

  KEYS[1]  hash with all state of the user

  ARGV
    1  remember until, s
    2  field of the user's cut-off
    3  cut-off, s: sessions that began before it are dead; 0 for none
    4  number of families n, then n times: field of its lineage, field of its access tokens
    then  cut-off of client sessions, s: those that began before it are dead
  then  number of client sessions m, then m fields
    then  number of sessions k, then k fields
  A family without a record gets one of generation 0, so that it is dead when it is told of.

  Returns an array for each family that had a record; again when it is asked again, so that a caller
  that missed the answer can repeat the question
    1  its place among the n, from 1
    2  oldest and                           3  newest generation whose access token may be alive
    4  when the last of them has expired, s
    5  prefix of the login's access token   6  prefix of the others
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

local key, retain, cutoff = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[3])
local _, now_ms = clock()
local position = 3

local function argument()
  position = position + 1
  return ARGV[position]
end

-- What was marked before stays so for as long as it was to be remembered.
local function mark(field, from)
  local before, spared_from, remembered = redis.call('HGET', key, field), 0, 0
  if before then spared_from, remembered = read_mark(before) end
  redis.call('HSET', key, field, table.concat({ '1', text(math.max(from, spared_from)),
    text(math.max(retain, remembered)) }, ','))
end

local ended = {}
for place = 1, tonumber(argument()) do
  local field_lineage, field_access = argument(), argument()
  local lineage = redis.call('HGET', key, field_lineage)
  local family
  if lineage then
    family = read_family(lineage, redis.call('HGET', key, field_access))
    if not family then return redis.error_reply(UNKNOWN_FORMAT) end
    ended[#ended + 1] = access_tokens(place, family)
  else
    family = new_family(0, now_ms)
  end
  if family.revoked == '' then family.revoked = 'revoked' end
  family.retain = math.max(family.retain, retain)
  redis.call('HSET', key, field_lineage, lineage_of(family), field_access, access_of(family))
end

local client_cutoff = tonumber(argument())
for _ = 1, tonumber(argument()) do
  mark(argument(), client_cutoff)
end
for _ = 1, tonumber(argument()) do
  mark(argument(), 0)
end
if cutoff > 0 then mark(ARGV[2], cutoff) end
keep_until(key, retain)
return ended
