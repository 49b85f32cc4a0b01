--[[
  Adds one entry to the blacklist. An existing one keeps its value and its expiry if these are later.

  KEYS[1]  the entry

  ARGV
    1  value: a reason; or a cut-off in seconds since the epoch, with or without a space and a reason
    2  expiry, s
    3  which of two values is kept: first, or larger
    4  shortest TTL, s

  Returns 1 if there was no entry, 0 if there was one: 1 for exactly one of concurrent calls.
  Error replies: WRONGTYPE if the key has another type.
]]

-- Readers treat a value that does not begin with a number as a cut-off that covers all tokens. As 0, it
-- is replaced by the next entry.
local function second(of)
  return tonumber(of:match('^%d+')) or 0
end

-- SET accepts a past second, and then deletes the key, but it refuses 0 and negative numbers.
local key, value, expires = KEYS[1], ARGV[1], math.max(1, tonumber(ARGV[2]))
local least = tonumber(ARGV[4])
if least > 0 then expires = math.max(expires, tonumber(redis.call('TIME')[1]) + least) end
local existing = redis.call('GET', key)
if existing then
  local is_larger = ARGV[3] == 'larger' and second(value) > second(existing)
  value = is_larger and value or existing
  expires = math.max(expires, redis.call('EXPIRETIME', key))
end
redis.call('SET', key, value, 'EXAT', string.format('%.0f', expires))
return existing and 0 or 1
