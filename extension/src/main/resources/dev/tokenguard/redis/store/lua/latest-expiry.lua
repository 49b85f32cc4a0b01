--[[
  Raises the latest expiry of a realm, and keeps it until then.

  KEYS[1]  string: the latest expiry, s since the epoch

  ARGV
    1  an expiry, s since the epoch

  Returns the latest expiry.
  Error replies: WRONGTYPE if the key has another type.
]]

local key = KEYS[1]
local latest = tonumber(redis.call('GET', key) or '0') or 0
local given = tonumber(ARGV[1])
local now = tonumber(redis.call('TIME')[1])
if given > latest and given > now then
  redis.call('SET', key, ARGV[1], 'EX', string.format('%.0f', given - now))
  return given
end
return latest
