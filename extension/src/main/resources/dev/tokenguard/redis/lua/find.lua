--[[
  Lists the families of one user that are still remembered, a page at a time: however many there are,
  no call keeps Redis from its other work for long. A family may stand on two pages.

  KEYS[1]  hash with all state of the user

  ARGV
    1  where to go on: 0 to begin, then what the last page returned

  Returns an array: where to go on, 0 after the last page; then an array for each family
    1  its id, compact                      2  newest generation
    3  made, ms                             4  revoked because, empty when alive
    5  session id, compact                  6  client id, compact
    7  first remembered, s                  8  offline: 1 or empty
  A family that was revoked before anything else was known of it has 5 to 8 empty.
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

local key = KEYS[1]
local now = clock()
local page = redis.call('HSCAN', key, ARGV[1], 'MATCH', 'f:*', 'COUNT', 500)
local found = { page[1] }
for index = 1, #page[2], 2 do
  local id = page[2][index]:sub(3)
  local others = redis.call('HMGET', key, 'a:' .. id, 'i:' .. id)
  local family = read_family(page[2][index + 1], others[1])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
  if family.retain >= now then
    local origin = split(others[2] or '')
    found[#found + 1] = { id, family.generation, family.made_ms, family.revoked,
      origin[1], origin[2] or '', origin[3] or '', origin[4] or '' }
  end
end
return found
