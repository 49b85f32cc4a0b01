--[[
  Puts one entry on the blacklist. One that stands is never weakened.

  KEYS[1]  the entry

  ARGV
    1  value: a reason; or a second since the epoch, which a space and a reason may follow
    2  expires at, s
    3  which of two values stays: first, or larger
    4  lives at least, s from now

  Returns 1 when there was no entry, 0 when there was one. Of all that add the same, one gets 1.
  Error replies: WRONGTYPE when the key holds something else.
]]

-- Readers take what does not begin with a second for a cut-off that covers all tokens. It must not
-- lock anybody out for longer than until the next entry.
local function second(of)
  return tonumber(of:match('^%d+')) or 0
end

-- SET takes any second in the past, and leaves nothing then; but it refuses 0 and what is below.
local key, value, expires = KEYS[1], ARGV[1], math.max(1, tonumber(ARGV[2]))
local least = tonumber(ARGV[4])
if least > 0 then expires = math.max(expires, tonumber(redis.call('TIME')[1]) + least) end
local stands = redis.call('GET', key)
if stands then
  local is_larger = ARGV[3] == 'larger' and second(value) > second(stands)
  value = is_larger and value or stands
  expires = math.max(expires, redis.call('EXPIRETIME', key))
end
redis.call('SET', key, value, 'EXAT', string.format('%.0f', expires))
return stands and 0 or 1
