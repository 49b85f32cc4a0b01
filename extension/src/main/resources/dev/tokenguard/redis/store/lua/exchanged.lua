-- include: record.lua
-- include: exchanges.lua
--[[
  Returns the tokens that were exchanged for access tokens of a family and may be unexpired.

  KEYS[1]  hash with all state of the user

  ARGV
    1  field of the tokens exchanged under the tag

  Returns an array for each prefix: prefix, first and last ordinal.
  Error replies: WRONGTYPE if the key has another type, FORMAT if the record has an unknown version.
]]

local now = clock()
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then return {} end
local older_end, newer_end, counts = read_exchanges(record)
local found = {}
for _, count in ipairs(counts) do
  local first = older_end < now and count.middle or count.first
  if newer_end >= now then found[#found + 1] = { count.prefix, first, count.last } end
end
return found
