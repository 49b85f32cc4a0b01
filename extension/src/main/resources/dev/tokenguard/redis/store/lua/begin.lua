--[[
  Remembers the family of a login, and revokes the user's oldest ones at the client when they are too
  many. One call per login, before anybody has its tokens.

  KEYS[1]  hash with all state of the user

  ARGV, the token
    1 to 26  those of rotate.lua: the login's tokens stand for the child's, and 9 is 0
  ARGV, the policy
   27  families of the user at this client, 0 for no limit
   28  observe only: 1 or 0

  What is known of the family stays as it is. If it, its session, its client session or all of its user
  was revoked before, it is remembered as revoked, and revokes no other. The watermark of the client
  does not concern it: its refresh token is recorded here.

  However many families the user has, one call looks at the limit and 64 more at most, revokes 64 at
  most, and leaves the rest to the next logins. A limit above 64 may be exceeded by a sixteenth before
  the families are looked at, so that a login costs the same on average whatever the limit.

  Returns an array for each family that was revoked
    1  its id, compact
    2  oldest and                           3  newest generation whose access token may be unexpired
    4  oldest and                           5  newest replay, likewise
    6  when the last of them has expired, s
    7  prefix of the login's access token   8  prefix of the others
  Error replies: WRONGTYPE when the key holds something else, FORMAT when the record of this family, or
  a mark, is not known.
]]

local AT_ONCE = 64

local key, order_field, origins = KEYS[1], ARGV[7], ARGV[8]
local id = ARGV[1]:sub(3)
local access_exp = tonumber(ARGV[18])
local limit, observe_only = tonumber(ARGV[27]), ARGV[28] == '1'
local now, now_ms = clock()

local stored = redis.call('HMGET', key, ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6],
  order_field, origins .. '1')
local family
if stored[1] then
  family = read_family(stored[1], stored[2])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
end
local is_revoked = revoked_scope(family and family.revoked or '', stored[3], stored[4], stored[5],
  stored[6], tonumber(ARGV[11]), tonumber(ARGV[12]))
local is_new = not family or not is_begun(family)

if is_new then
  family = family or new_family(0, now_ms)
  family.iat, family.exp = tonumber(ARGV[14]), tonumber(ARGV[15])
  family.agent, family.ip = ARGV[21], ARGV[22]
  family.bound_agent, family.bound_ip = ARGV[23], ARGV[24]
  family.older, family.older_end = 0, access_exp
  family.newer, family.newer_end = 1, access_exp
  family.login_prefix = ARGV[20]
  family.retain = math.max(family.retain, tonumber(ARGV[16]))
end
if is_revoked then
  revoke(family, 'revoked')
  family.retain = math.max(family.retain, tonumber(ARGV[17]))
end
if is_new or is_revoked then
  redis.call('HSET', key, ARGV[1], lineage_of(family), ARGV[2], access_of(family))
  keep_until(key, family.retain)
end
local first, own, watermark
if is_new then
  first, own, watermark = enlist(key, order_field, origins, stored[7], stored[8],
    ARGV[10] .. ',' .. id .. ',' .. text(now) .. ',' .. short(tonumber(ARGV[13])))
  if ARGV[25] ~= '' then redis.call('HSET', key, 'p:' .. id, ARGV[25]) end
  drop_expired(key, now)
end
if is_revoked then return { access_tokens(id, family) } end
local slack = limit > AT_ONCE and math.floor(limit / 16) or 0
if not is_new or limit == 0 or observe_only or own - first < limit + slack then return {} end

-- The oldest of the others, as many as can matter. When their sessions began is not remembered: not
-- after the family. What a cut-off does not cover by that time was revoked when it was recorded.
local last = math.min(own, first + limit + AT_ONCE) - 1
local client, numbers = order_field:sub(3), {}
for index = first, last do numbers[#numbers + 1] = origins .. text(index) end
local others, lineages, asked, marks = {}, {}, {}, {}

local function ask_for(mark)
  if marks[mark] == nil then
    marks[mark] = false
    asked[#asked + 1] = mark
  end
  return mark
end

for index, origin in ipairs(redis.call('HMGET', key, unpack(numbers))) do
  if origin then
    local parts = split(origin)
    lineages[#lineages + 1] = 'f:' .. parts[2]
    others[#others + 1] = { number = first + index - 1, origin = origin, id = parts[2],
      created = number(parts[3]), session = ask_for((parts[4] == '1' and 'o:' or 's:') .. parts[1]),
      client_session = ask_for('c:' .. parts[1] .. '.' .. client) }
  end
end
if #others > 0 then
  for index, lineage in ipairs(redis.call('HMGET', key, unpack(lineages))) do
    others[index].lineage = lineage
  end
  for index, mark in ipairs(redis.call('HMGET', key, unpack(asked))) do marks[asked[index]] = mark end
end

-- The second value: it is of a newer version. It keeps its place and is left to that.
local function counts(other)
  if not other.lineage then return false end
  local remembered, because = remembered_until(other.lineage)
  if not remembered then return true, true end
  return remembered >= now and not revoked_scope(because, marks[other.session],
    marks[other.client_session], stored[5], stored[6], other.created, other.created)
end

local active, is_newer, count = {}, {}, 0
for index, other in ipairs(others) do
  active[index], is_newer[index] = counts(other)
  if active[index] and not is_newer[index] then count = count + 1 end
end

local surplus = math.min(count + 1 - limit, AT_ONCE)
local revoked, staying, leaving = {}, {}, {}
for index, other in ipairs(others) do
  local capped
  if surplus > 0 and active[index] and not is_newer[index] then
    capped = read_family(other.lineage, redis.call('HGET', key, 'a:' .. other.id))
  end
  if capped then
    surplus = surplus - 1
    cap(capped, now)
    watermark = math.max(watermark, capped.iat)
    redis.call('HSET', key, 'f:' .. other.id, lineage_of(capped))
    revoked[#revoked + 1] = access_tokens(other.id, capped)
  end
  if active[index] and not capped then
    staying[#staying + 1] = other
  elseif other.lineage then
    leaving[#leaving + 1] = other
  end
end

-- Those that stay close ranks at the end, the others do before them. A free number counts no more.
local free = last
local function close_ranks(some)
  for index = #some, 1, -1 do
    if some[index].number ~= free then
      redis.call('HSET', key, origins .. text(free), some[index].origin)
    end
    free = free - 1
  end
end

close_ranks(staying)
write_order(key, order_field, free + 1, own + 1, watermark)
-- The watermark lives as long as a session: copies of a refresh token that are issued while no policy
-- applies expire later than what was recorded.
if #revoked > 0 then keep_until(key, tonumber(ARGV[17])) end
close_ranks(leaving)
for index = first, free do redis.call('HDEL', key, origins .. text(index)) end
return revoked
