-- include: record.lua
-- include: page.lua
--[[
  Marks sessions, client sessions, clients, the user or families as revoked. Marks have a cut-off, so
  nothing is enumerated. An existing mark keeps its cut-off and its expiry if these are later.

  KEYS[1]  hash with all state of the user

  ARGV
    1  a JSON object
         retain_until    expiry of the marks and of the records, s
         cutoff          of the marks, s
         marks           fields
         families        ids, compact
         is_listing      whether to return the families of the user afterwards
  A family without a record gets one of generation 0, so that its login is revoked when it is recorded.

  Returns two arrays. The second is the first page of the families, see page.lua; empty unless is_listing.
  The first has an array for each of the families with a record, also if it was revoked before, so that
  a caller that missed the reply can repeat the call
    1  its id, compact
    2  oldest and                           3  newest generation whose access token may be unexpired
    4  oldest and                           5  newest replay, likewise
    6  latest expiry of these, s
    7  prefix of the login's access token   8  prefix of the others
  Error replies: WRONGTYPE if the key has another type, FORMAT if a record has an unknown version.
]]

local key, revocation = KEYS[1], cjson.decode(ARGV[1])
local retain = revocation.retain_until
local _, now_ms = clock()

for _, field in ipairs(revocation.marks) do
  local cutoff, kept = revocation.cutoff, retain
  local before = redis.call('HGET', key, field)
  if before then
    local earlier, longer = read_mark(before)
    cutoff, kept = math.max(cutoff, earlier), math.max(kept, longer)
  end
  redis.call('HSET', key, field, '1,' .. text(cutoff) .. ',' .. text(kept))
end

local revoked = {}
for _, id in ipairs(revocation.families) do
  local lineage, access = 'f:' .. id, 'a:' .. id
  local stored = redis.call('HMGET', key, lineage, access)
  local family
  if stored[1] then
    family = read_family(stored[1], stored[2])
    if not family then return redis.error_reply(UNKNOWN_FORMAT) end
    revoked[#revoked + 1] = access_tokens(id, family)
  else
    family = new_family(0, now_ms)
  end
  revoke(family, 'revoked')
  family.retain = math.max(family.retain, retain)
  redis.call('HSET', key, lineage, lineage_of(family), access, access_of(family))
end
keep_until(key, retain)
return { revoked, revocation.is_listing and families_page(key, '0') or {} }
