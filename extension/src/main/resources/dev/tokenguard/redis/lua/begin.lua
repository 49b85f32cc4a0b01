--[[
  Remembers the family of a login, and ends the user's oldest ones at the client when they are too
  many. One call per login, before anybody has its tokens.

  KEYS[1]  hash with all state of the user

  ARGV, the token
    1 to 22  those of rotate.lua: the login's tokens stand for the child's, and 7 is 0
  ARGV, the policy
   23  families of the user at this client, 0 for no limit
   24  observe only: 1 or 0

  What is known of the family stays as it is. If it, its session, its client session or all of its user
  was revoked before, it is remembered as revoked, and ends no other.

  Returns an array for each family that ended
    1  its id, compact
    2  oldest and                           3  newest generation whose access token may be alive
    4  when the last of them has expired, s
    5  prefix of the login's access token   6  prefix of the others
  Error replies: WRONGTYPE when the key holds something else, FORMAT when the record of this family, or
  a mark, is not known.
]]

local key = KEYS[1]
local id, client = ARGV[1]:sub(3), ARGV[9]
local access_exp = tonumber(ARGV[16])
local limit, observe_only = tonumber(ARGV[23]), ARGV[24] == '1'
local now, now_ms = clock()

local stored = redis.call('HMGET', key, ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
local family
if stored[1] then
  family = read_family(stored[1], stored[3])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
end
local is_new = not family
local is_revoked = not observe_only and revoked_scope(family and family.revoked or '', stored[4], stored[5], stored[6],
  tonumber(ARGV[10]), tonumber(ARGV[11]))

-- Without an origin it was revoked ahead at most, and nothing else is known of it.
if not stored[2] then
  family = family or new_family(0, now_ms)
  family.iat, family.exp = tonumber(ARGV[13]), tonumber(ARGV[14])
  family.agent, family.ip = ARGV[19], ARGV[20]
  family.bound_agent, family.bound_ip = ARGV[21], ARGV[22]
  family.older, family.older_end = 0, access_exp
  family.newer, family.newer_end = 1, access_exp
  family.login_prefix = ARGV[18]
  family.retain = math.max(family.retain, tonumber(ARGV[15]))
end
if is_revoked and family.revoked == '' then family.revoked = 'revoked' end
redis.call('HSET', key, ARGV[1], lineage_of(family),
  ARGV[2], stored[2] or origin_of(ARGV[8], client, tonumber(ARGV[12]), now),
  ARGV[3], access_of(family))
keep_until(key, family.retain)
if is_new then drop_expired(key, now) end
if is_revoked then return { access_tokens(id, family) } end
if not is_new or limit == 0 or observe_only then return {} end

-- When their sessions began is not remembered: not after the family, so what a cut-off ends is dead.
-- What a newer version wrote is left to it.
local function others_alive()
  local all, fields, alive = redis.call('HGETALL', key), {}, {}
  for index = 1, #all, 2 do
    fields[all[index]] = all[index + 1]
  end
  for field, origin in pairs(fields) do
    local other = field:sub(3)
    if field:sub(1, 2) == 'i:' and other ~= id and origin:find(',' .. client .. ',', 1, true) then
      local parts = split(origin)
      local session, created = parts[1], number(parts[3])
      local family = read_family(fields['f:' .. other] or '', fields['a:' .. other] or '')
      if family and family.retain >= now
          and not revoked_scope(family.revoked, fields['s:' .. session],
            fields['c:' .. session .. '.' .. client], stored[6], created, created) then
        alive[#alive + 1] = { id = other, created = created, made_ms = family.made_ms }
      end
    end
  end
  return alive
end

-- Of one second, the one whose newest token is older. A login's is as old as itself.
local function is_older(one, other)
  if one.created ~= other.created then return one.created < other.created end
  if one.made_ms ~= other.made_ms then return one.made_ms < other.made_ms end
  return one.id < other.id
end

local ended, others = {}, others_alive()
table.sort(others, is_older)
for index = 1, #others - (limit - 1) do
  local oldest = others[index].id
  local last = redis.call('HMGET', key, 'f:' .. oldest, 'a:' .. oldest)
  local capped = read_family(last[1], last[2])
  if capped then
    capped.revoked = 'capped'
    redis.call('HSET', key, 'f:' .. oldest, lineage_of(capped))
    ended[#ended + 1] = access_tokens(oldest, capped)
  end
end
return ended
