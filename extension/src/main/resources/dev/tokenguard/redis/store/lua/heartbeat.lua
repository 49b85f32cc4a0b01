--[[
  Increments a counter, by which its callers detect data loss.

  KEYS[1]  hash: id, set with the first call; beats, the number of calls

  ARGV
    1  id for a new hash
    2  TTL, s

  Returns id, beats, and the id of this server process, which is empty if the user may not call INFO.
  Error replies: WRONGTYPE if the key has another type.
]]

local key = KEYS[1]
local stored = redis.call('HMGET', key, 'id', 'beats')
local id, beats = stored[1] or ARGV[1], (tonumber(stored[2]) or 0) + 1
redis.call('HSET', key, 'id', id, 'beats', string.format('%.0f', beats))
redis.call('EXPIRE', key, ARGV[2])
local info = redis.pcall('INFO', 'server')
return { id, beats, type(info) == 'string' and info:match('run_id:(%x+)') or '' }
