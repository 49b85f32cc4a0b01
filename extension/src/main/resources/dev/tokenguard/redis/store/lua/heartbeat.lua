--[[
  Counts on, so that its callers notice a data loss.

  KEYS[1]  hash: id, given when it is made; beats, how often it was counted on

  ARGV
    1  id, should it have to be made
    2  how long it is kept, s

  Returns id and beats.
  Error replies: WRONGTYPE when the key holds something else.
]]

local key = KEYS[1]
local stands = redis.call('HMGET', key, 'id', 'beats')
local id, beats = stands[1] or ARGV[1], (tonumber(stands[2]) or 0) + 1
redis.call('HSET', key, 'id', id, 'beats', string.format('%.0f', beats))
redis.call('EXPIRE', key, ARGV[2])
return { id, beats }
