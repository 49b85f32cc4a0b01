-- include: record.lua
-- include: exchanges.lua
--[[
  Counts an access token that is exchanged for one of a family. Its id is derived from the count, so
  that the ids of all exchanged tokens are known without a list.

  KEYS[1]  hash with all state of the user

  ARGV
    1  field of the tokens exchanged under the tag
    2  prefix of the id                     3  expiry, s

  Returns the ordinal of the token among those of its tag and prefix.
  Error replies: WRONGTYPE if the key has another type, FORMAT if the record has an unknown version.
]]

local key, expires = KEYS[1], tonumber(ARGV[3])
local now = clock()
local older_end, newer_end, counts = now, now, {}
local record = redis.call('HGET', key, ARGV[1])
if record then older_end, newer_end, counts = read_exchanges(record) end

-- A new span begins when all tokens of the older one have expired, as in the record of a family.
if now > older_end then
  for _, count in ipairs(counts) do count.first, count.middle = count.middle, count.last + 1 end
  older_end, newer_end = newer_end, now
end
local own
for _, count in ipairs(counts) do
  if count.prefix == ARGV[2] then own = count end
end
if not own then
  own = { prefix = ARGV[2], first = 1, middle = 1, last = 0 }
  counts[#counts + 1] = own
end
own.last = own.last + 1
newer_end = math.max(newer_end, expires)

local parts = { '1', text(older_end), text(newer_end) }
for _, count in ipairs(counts) do
  parts[#parts + 1] = count.prefix .. ':' .. text(count.first) .. ':' .. text(count.middle)
    .. ':' .. text(count.last)
end
redis.call('HSET', key, ARGV[1], table.concat(parts, ','))
keep_until(key, newer_end)
return own.last
