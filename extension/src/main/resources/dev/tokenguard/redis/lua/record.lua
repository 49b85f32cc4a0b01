--[[
  The record of a token family: the only place that knows how it is stored. Loaded before each script.

  A family is three fields in the hash of its user, each short enough for a compact hash (64 bytes by
  default). They are named by a kind, a colon and the family's id, compact. Text, separated by commas;
  times are seconds since the epoch unless ms is said. 1 is the version of the format.

    f:  lineage        1, newest generation, made ms, iat minus made, exp minus iat (empty: no exp),
                       remember until minus exp, or minus iat without one, replays in this grace,
                       user agent and ip of the request that rotated, revoked because (empty: alive),
                       begin of a minute minus made, refreshes in that minute
    i:  origin         session id, client id, first remembered, offline (1)
    a:  access tokens  older span: newest minus first generation, end minus made, newer span: the same,
                       prefix of the login's id, prefix of the others', bound user agent, bound ip

  To save space a number that is 0 is left out, but for exp minus iat, and so are commas at the end.

  The two spans tell whose access tokens may be alive: those before the older span have expired. A
  new span begins when all of the older one has expired, so they cover what is alive and little more,
  however often a family rotates.

  Beside the families:
    s:  revoked session          1, 0, remember until
    c:  revoked client session   1, cut-off, remember until
    u   cut-off of the user      1, cut-off, remember until
]]

local function text(number)
  return string.format('%.0f', number)
end

local function split(record)
  local parts = {}
  for part in (record .. ','):gmatch('([^,]*),') do
    parts[#parts + 1] = part
  end
  return parts
end

local function clock()
  local time = redis.call('TIME')
  local now = tonumber(time[1])
  return now, now * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function number(part)
  return tonumber(part) or 0
end

local function second(ms)
  return math.floor(ms / 1000)
end

-- nil when it is not of a known version
local function parts_of(lineage)
  local l = split(lineage)
  return l[1] == '1' and #l >= 8 and l or nil
end

local function remembered_until(l)
  return second(number(l[3])) + number(l[4]) + number(l[5]) + number(l[6])
end

-- nil when the fields are not a family of a known version
local function read_family(lineage, access)
  local l, a = parts_of(lineage), split(access or '')
  if not l or not access then return nil end
  local generation, made_ms = number(l[2]), number(l[3])
  local made = second(made_ms)
  local iat = made + number(l[4])
  local refreshes = number(l[12])
  return {
    generation = generation, made_ms = made_ms, iat = iat,
    exp = l[5] == '' and 0 or iat + number(l[5]),
    retain = remembered_until(l), replays = number(l[7]), agent = l[8], ip = l[9] or '', revoked = l[10] or '',
    minute = refreshes == 0 and 0 or made + number(l[11]), refreshes = refreshes,
    older = generation - number(a[1]), older_end = made + number(a[2]),
    newer = generation - number(a[3]), newer_end = made + number(a[4]),
    login_prefix = a[5] or '', prefix = a[6] or '', bound_agent = a[7] or '', bound_ip = a[8] or '',
  }
end

local function joined(parts)
  for index, part in ipairs(parts) do
    if part == 0 then
      parts[index] = ''
    elseif type(part) == 'number' then
      parts[index] = text(part)
    end
  end
  return (table.concat(parts, ','):gsub(',+$', ''))
end

local function lineage_of(family)
  local made = second(family.made_ms)
  return joined({ 1, family.generation, family.made_ms, family.iat - made,
    family.exp == 0 and '' or text(family.exp - family.iat),
    family.retain - (family.exp == 0 and family.iat or family.exp), family.replays,
    family.agent, family.ip, family.revoked,
    family.refreshes == 0 and 0 or family.minute - made, family.refreshes })
end

local function access_of(family)
  local made = second(family.made_ms)
  return joined({ family.generation - family.older, family.older_end - made,
    family.generation - family.newer, family.newer_end - made,
    family.login_prefix, family.prefix, family.bound_agent, family.bound_ip })
end

-- One that nothing is known of yet.
local function new_family(generation, now_ms)
  local now = second(now_ms)
  return {
    generation = generation, made_ms = now_ms, iat = now, exp = 0, retain = 0, replays = 0,
    agent = '', ip = '', revoked = '', minute = 0, refreshes = 0,
    older = generation, older_end = now, newer = generation, newer_end = now,
    login_prefix = '', prefix = '', bound_agent = '', bound_ip = '',
  }
end

local function origin_of(session, client, offline, now)
  return joined({ session, client, now, offline })
end

local function access_end(family)
  return math.max(family.older_end, family.newer_end)
end

-- The access tokens of a family that may be alive, behind what the caller knows it by.
local function access_tokens(name, family)
  return { name, family.older, family.generation, access_end(family), family.login_prefix, family.prefix }
end

-- What was revoked, the narrowest first: by what is said of the family, and by the marks as stored.
local function revoked_scope(because, session_mark, client_mark, user_mark, started, client_started)
  local function began_before(from, cutoff)
    return cutoff and from < tonumber(split(cutoff)[2])
  end
  if because ~= '' then return 'FAMILY' end
  if session_mark then return 'SESSION' end
  if began_before(client_started, client_mark) then return 'CLIENT_SESSION' end
  if began_before(started, user_mark) then return 'USER' end
end

-- GT leaves a key without an end as it is: that of a hash which was made just now.
local function keep_until(key, retain)
  local is_later = redis.call('EXPIREAT', key, text(retain), 'GT') == 1
  if not is_later and redis.call('EXPIRETIME', key) == -1 then
    redis.call('EXPIREAT', key, text(retain))
  end
end

-- Fields have no TTL of their own. Each new family looks at a few others and drops what nobody can
-- use any more: a hash holds little more than what is alive, at a cost that does not grow with it.
-- What a newer version wrote is left to it.
local function drop_expired(key, now)
  local sample = redis.call('HRANDFIELD', key, 9, 'WITHVALUES')
  for index = 1, #sample, 2 do
    local field, parts = sample[index], split(sample[index + 1])
    local kind, name = field:sub(1, 2), field:sub(3)
    local is_known = parts[1] == '1'
    if kind == 'f:' and is_known and remembered_until(parts) < now then
      redis.call('HDEL', key, field, 'i:' .. name, 'a:' .. name)
    elseif (kind == 's:' or kind == 'c:') and is_known and number(parts[3]) < now then
      redis.call('HDEL', key, field)
    end
  end
end

local UNKNOWN_FORMAT = 'FORMAT unknown record of a token family'
