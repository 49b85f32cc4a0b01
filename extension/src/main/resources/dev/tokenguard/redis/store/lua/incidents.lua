--[[
  A page of the incidents of a realm, the newest first.

  KEYS[1]  stream of the realm, see report.lua

  ARGV
    1  type, empty for all
    2  how many newer ones are left out
    3  how many there are at most
    4  how long each is kept, s

  Returns an array for each: when it was added, ms; then name, value, … as they were written.
  Error replies: WRONGTYPE when the key holds something else.
]]

local key, kind, first, max = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local oldest = (tonumber(time[1]) - tonumber(ARGV[4])) * 1000 + math.floor(tonumber(time[2]) / 1000)
local found, matching = {}, 0
-- The stream is short: report.lua sees to it.
for _, entry in ipairs(redis.call('XREVRANGE', key, '+', string.format('%.0f', oldest))) do
  local parts = entry[2]
  if kind == '' or parts[2] == kind then
    matching = matching + 1
    if matching > first and #found < max then
      found[#found + 1] = { tonumber(entry[1]:match('^%d+')), unpack(parts) }
    end
  end
end
return found
