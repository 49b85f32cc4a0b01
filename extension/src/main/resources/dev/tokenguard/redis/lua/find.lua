--[[
  Lists the families of one user that are still remembered.

  KEYS[1]  hash with all state of the user
  ARGV     none

  Returns an array for each family, in no order
    1  its id, compact                      2  newest generation
    3  made, ms                             4  revoked because, empty when alive
    5  session id, compact                  6  client id, compact
    7  first refreshed, s                   8  offline: 1 or empty
  A family that was revoked before its first refresh has 5 to 8 empty.
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

local all = redis.call('HGETALL', KEYS[1])
local now = clock()
local fields, found = {}, {}
for index = 1, #all, 2 do
  fields[all[index]] = all[index + 1]
end
for field, lineage in pairs(fields) do
  if field:sub(1, 2) == 'f:' then
    local id = field:sub(3)
    local family = read_family(lineage, fields['a:' .. id])
    if not family then return redis.error_reply(UNKNOWN_FORMAT) end
    if family.retain >= now then
      local origin = split(fields['i:' .. id] or '')
      found[#found + 1] = { id, family.generation, family.made_ms, family.revoked,
        origin[1], origin[2] or '', origin[3] or '', origin[4] or '' }
    end
  end
end
return found
