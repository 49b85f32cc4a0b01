-- include: record.lua
-- include: page.lua
--[[
  Marks sessions, client sessions, clients, the user or families as revoked. Marks have a cut-off, so
  nothing is enumerated. An existing mark keeps its cut-off and its expiry if these are later.

  KEYS[1]  hash with all state of the user

  ARGV
    1  expiry of the marks, s
    2  number of marks n, then n times: field, cut-off, s
    then  number of families m, then m times: field of its lineage, field of its access tokens
    then  list: 1 to return the families of the user afterwards
  A family without a record gets one of generation 0, so that its login is revoked when it is recorded.

  Returns two arrays. The second is the first page of the families, see page.lua; empty without list.
  The first has an array for each family of ARGV with a record, also if it was revoked before, so that
  a caller that missed the reply can repeat the call
    1  its position in ARGV, from 1
    2  oldest and                           3  newest generation whose access token may be unexpired
    4  oldest and                           5  newest replay, likewise
    6  latest expiry of these, s
    7  prefix of the login's access token   8  prefix of the others
  Error replies: WRONGTYPE if the key has another type, FORMAT if a record has an unknown version.
]]

local key, retain = KEYS[1], tonumber(ARGV[1])
local _, now_ms = clock()
local families_from = 4 + 2 * tonumber(ARGV[2])
local families = tonumber(ARGV[families_from - 1])

for index = 3, families_from - 2, 2 do
  local field, cutoff, kept = ARGV[index], tonumber(ARGV[index + 1]), retain
  local before = redis.call('HGET', key, field)
  if before then
    local earlier, longer = read_mark(before)
    cutoff, kept = math.max(cutoff, earlier), math.max(kept, longer)
  end
  redis.call('HSET', key, field, '1,' .. text(cutoff) .. ',' .. text(kept))
end

local revoked = {}
for place = 1, families do
  local index = families_from + 2 * (place - 1)
  local lineage = redis.call('HGET', key, ARGV[index])
  local family
  if lineage then
    family = read_family(lineage, redis.call('HGET', key, ARGV[index + 1]))
    if not family then return redis.error_reply(UNKNOWN_FORMAT) end
    revoked[#revoked + 1] = access_tokens(place, family)
  else
    family = new_family(0, now_ms)
  end
  revoke(family, 'revoked')
  family.retain = math.max(family.retain, retain)
  redis.call('HSET', key, ARGV[index], lineage_of(family), ARGV[index + 1], access_of(family))
end
keep_until(key, retain)
return { revoked, ARGV[families_from + 2 * families] == '1' and families_page(key, '0') or {} }
