--[[
  Adds an incident to the log of a realm, and removes those that are too old or too many.

  KEYS[1]  stream of the realm; the id of an entry is its time, ms

  ARGV
    1  largest number of entries
    2  largest age of an entry, s
    3  number of names and values n, then name, value, …; the type comes first

  Returns 1.
  Error replies: WRONGTYPE if the key has another type.
]]

local key, kept, seconds = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local parts = { unpack(ARGV, 4, 3 + tonumber(ARGV[3])) }

local function add(command, id)
  return command('XADD', key, 'MAXLEN', kept, id, unpack(parts))
end

-- A stream accepts no id below its last one. If the clock was set back, Redis generates the id.
local added = add(redis.pcall, string.format('%.0f-*', now))
if type(added) == 'table' and added.err then add(redis.call, '*') end
redis.call('XTRIM', key, 'MINID', string.format('%.0f', now - seconds * 1000))
redis.call('EXPIRE', key, seconds)
return 1
