-- include: record.lua
--[[
  Records the family of a login, and revokes the oldest families of the user at the client beyond the
  limit. One call for each login, before the response.

  KEYS[1]  hash with all state of the user

  ARGV: three JSON objects, as in rotate.lua
    1  the token: generation 0, with the tokens of the login as the next ones
    2  the policy
         max_families    of the user at this client; none: no limit
         mode            enforce or observe
    3  the client

  An existing record stays. If the family, its session, its client session or its user was revoked
  before, the family is recorded as revoked, and revokes no other. The watermark of the client does not
  apply, because the refresh token is recorded here.

  The cost is bounded for any number of families: one call reads at most 64 families more than the
  limit, revokes at most 64, and leaves the rest to the next logins. A limit above 64 may be exceeded by
  a sixteenth before the families are read, so that the average cost of a login stays the same.

  Returns an array for each family that was revoked: its id, compact, then what access_tokens in
  record.lua returns.
  Error replies: WRONGTYPE if the key has another type, FORMAT if the record of this family or a mark
  has an unknown version.
]]

local AT_ONCE = 64

-- The clocks of nodes and Redis may differ. Keycloak adds the same margin to its times.
local CLOCK_MARGIN = 60

-- The record expires with the access tokens; the watermark of the client refuses the refresh tokens.
-- The exp is only needed to grant a refresh.
local function cap(family, now)
  revoke(family, 'capped')
  family.retain = math.min(family.retain, math.max(now, access_end(family) + CLOCK_MARGIN))
  family.exp = 0
end

local key = KEYS[1]
local token, policy, client = cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
local id = token.family
local lineage, access, session, client_session, client_field = fields_of(token)
local order_field, origins = order_fields_of(token)
local limit = policy.max_families
local now, now_ms = clock()

local stored = redis.call('HMGET', key, lineage, access, session, client_session, client_field, USER_MARK,
  order_field, origins .. '1')
local family
if stored[1] then
  family = read_family(stored[1], stored[2])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
end
local is_revoked = revoked_scope(family and family.revoked or '', stored[3], stored[4], stored[5],
  stored[6], token.session_started, token.client_session_started)
local is_new = not family or not is_begun(family)

if is_new then
  family = family or new_family(0, now_ms)
  family.iat, family.exp = token.iat, token.exp or 0
  family.agent, family.ip = client.agent, client.ip
  family.bound_agent, family.bound_ip = token.bound_agent or '', token.bound_ip or ''
  family.older, family.older_end = 0, token.access_exp
  family.newer, family.newer_end = 1, token.access_exp
  family.login_prefix = token.login_prefix
  family.retain = math.max(family.retain, token.retain_until)
end
if is_revoked then
  revoke(family, 'revoked')
  family.retain = math.max(family.retain, token.revoked_retain_until)
end
if is_new or is_revoked then
  redis.call('HSET', key, lineage, lineage_of(family), access, access_of(family))
  keep_until(key, family.retain)
end
local first, own, watermark
if is_new then
  first, own, watermark = enlist(key, token, stored[7], stored[8], now)
  drop_expired(key, now)
end
if is_revoked then return { access_tokens(id, family) } end
local slack = limit and limit > AT_ONCE and math.floor(limit / 16) or 0
if not is_new or not limit or policy.mode ~= 'enforce' or own - first < limit + slack then return {} end

-- The oldest of the other families that can matter. The start of their sessions is not recorded; it is
-- not after that of the family. Families that a cut-off does not cover by that time were recorded as
-- revoked.
local last = math.min(own, first + limit + AT_ONCE) - 1
local numbers = {}
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
      client_session = ask_for('c:' .. parts[1] .. '.' .. token.client) }
  end
end
if #others > 0 then
  for index, lineage in ipairs(redis.call('HMGET', key, unpack(lineages))) do
    others[index].lineage = lineage
  end
  for index, mark in ipairs(redis.call('HMGET', key, unpack(asked))) do marks[asked[index]] = mark end
end

-- The second value: whether the record has a newer version. Its family keeps its number.
local function counts(other)
  if not other.lineage then return false end
  local retained, because = retained_until(other.lineage)
  if not retained then return true, true end
  return retained >= now and not revoked_scope(because, marks[other.session],
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

-- Renumbers: the families that stay at the end, the others before them. Free numbers are deleted.
local free = last
local function renumber(some)
  for index = #some, 1, -1 do
    if some[index].number ~= free then
      redis.call('HSET', key, origins .. text(free), some[index].origin)
    end
    free = free - 1
  end
end

renumber(staying)
write_order(key, order_field, free + 1, own + 1, watermark)
-- The watermark expires with the session: copies of a refresh token that are issued without a policy
-- expire later than the recorded exp.
if #revoked > 0 then keep_until(key, token.revoked_retain_until) end
renumber(leaving)
for index = first, free do redis.call('HDEL', key, origins .. text(index)) end
return revoked
