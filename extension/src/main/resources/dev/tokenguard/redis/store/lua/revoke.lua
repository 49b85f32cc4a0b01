-- include: record.lua
-- include: page.lua
--[[
  Marks sessions, client sessions, clients, all of one user, or families as revoked. Marks carry a
  time; nothing is enumerated for them. A later cut-off replaces an earlier one, and what is remembered
  longer stays so.

  KEYS[1]  hash with all state of the user

  ARGV
    1  remember until, s
    2  number of marks n, then n times: field, cut-off, s
    then  number of families m, then m times: field of its lineage, field of its access tokens
    then  list: 1 to list the families of the user as they are then
  A family without a record gets one of generation 0, so that it is revoked once it is recorded.

  Returns two arrays. The second is the first page of the families, see page.lua; empty unless listed.
  The first has an array for each named family that had a record; again when it is asked again, so that
  a caller that missed the answer can repeat the question
    1  its place among the families, from 1
    2  oldest and                           3  newest generation whose access token may be unexpired
    4  oldest and                           5  newest replay, likewise
    6  when the last of them has expired, s
    7  prefix of the login's access token   8  prefix of the others
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

local key, retain = KEYS[1], tonumber(ARGV[1])
local _, now_ms = clock()
local families_from = 4 + 2 * tonumber(ARGV[2])
local families = tonumber(ARGV[families_from - 1])

for index = 3, families_from - 2, 2 do
  local field, cutoff, remembered = ARGV[index], tonumber(ARGV[index + 1]), retain
  local before = redis.call('HGET', key, field)
  if before then
    local earlier, longer = read_mark(before)
    cutoff, remembered = math.max(cutoff, earlier), math.max(remembered, longer)
  end
  redis.call('HSET', key, field, '1,' .. text(cutoff) .. ',' .. text(remembered))
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
