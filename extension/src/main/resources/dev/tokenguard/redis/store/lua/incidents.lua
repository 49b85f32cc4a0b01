--[[
  A page of the incidents of a realm, the newest first.

  KEYS[1]  stream of the realm, see report.lua

  ARGV
    1  type, empty for all
    2  number of newer incidents to skip
    3  largest number of incidents in the page
    4  largest age of an incident, s

  Returns an array for each incident: its time, ms; then name, value, … as report.lua added them.
  Error replies: WRONGTYPE if the key has another type.
]]

local key, kind, first, max = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local oldest = (tonumber(time[1]) - tonumber(ARGV[4])) * 1000 + math.floor(tonumber(time[2]) / 1000)
local found, matching = {}, 0
-- The stream is short, because report.lua bounds it.
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
