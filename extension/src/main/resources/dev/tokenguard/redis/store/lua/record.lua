--[[
  The storage format of a token family. All scripts on families include this file.

  A family has two fields in the hash of its user, and one in the order of its client; each value is
  short enough for a compact hash (64 bytes by default). The name of a field is a letter, a colon and
  the compact id of the family. Values are texts separated by commas; times are seconds since the epoch,
  or milliseconds where marked with ms. 1 is the version of the format.

    f:  lineage        1, newest generation, time of its issue (ms), iat minus that time, exp minus iat
                       (empty: no exp), expiry of the record minus exp, or minus iat without one, minus
                       a minute, replays in this grace period, user agent and ip of the request that rotated
                       (empty: revoked before its login was recorded), attempt that got the newest
                       token last, or the refusal that revoked the family, reason of the revocation
                       (empty: active), begin of a minute minus the time of issue, refreshes in that
                       minute
    a:  access tokens  older span: newest minus first generation, end minus time of issue, newer span:
                       newest minus first generation, end minus that of the older span, prefix of the
                       login's id, prefix of the others', bound user agent, bound ip, replays of the
                       family, replays since the older span began, since the newer
    p:  parent         tag of the access token for which it was issued; only after a token exchange
    t:  earlier        1, newest generation, time of its issue (ms), then the time between each rotation and
                       the one before (ms), the newest first; only with grace_depth. Outdated if generation
                       and time are not those of the lineage

  The families of a client are numbered in the order in which they were recorded:
    i:<client>.<number>  origin   session id, family id, time of the first record, offline (1)
    h:<client>           order    1, first number in use, next number, watermark; without this field
                                  the client has at most one family, with number 1
  Lower numbers than the first in use belong to revoked and expired families.

  The record of a family that was revoked by the limit of families expires with its access tokens. With
  the expiry of its refresh tokens, a script that logs in would fill the hash. The watermark replaces
  these records: it is the largest iat of the newest refresh tokens of such families. A refresh token
  without a record that was issued up to this time is refused. The key, and with it the watermark,
  does not expire before the refresh tokens, because its TTL is never shortened.

  To save space, a number that is 0 is left out, except exp minus iat, and so are commas at the end.

  The two spans contain the access tokens that may be unexpired: those before the older span have
  expired. A new span begins when all tokens of the older one have expired. So the spans contain few
  expired tokens, for any number of rotations.

  Other fields:
    s:  revoked session, online    1, cut-off, expiry; sessions that began up to the cut-off
    o:  revoked session, offline   likewise
    c:  revoked client session     1, cut-off, expiry; client sessions that began before the cut-off
    k:  client of the user         likewise
    u   user                       likewise
    x:  exchanged tokens           1, end of the older span, end of the newer, then for each prefix of
                                   ids: prefix, first, first of the newer span, last, with colons
]]

local UNKNOWN_FORMAT = 'FORMAT unknown record of a token family or a revocation'

-- The field of the cut-off of the user.
local USER_MARK = 'u'

-- The fields of a family, and of the marks that can revoke it.
local function fields_of(token)
  local client = token.client
  return 'f:' .. token.family, 'a:' .. token.family, (token.offline and 'o:' or 's:') .. token.session,
    'c:' .. token.session .. '.' .. client, 'k:' .. client
end

-- The field of the order of a client's families, and the start of the fields of their origins.
local function order_fields_of(token)
  return 'h:' .. token.client, 'i:' .. token.client .. '.'
end

local function earlier_field_of(token)
  return 't:' .. token.family
end

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

-- The parts of a family; those at the end are optional. A lineage of another version does not match.
-- Patterns, because each refresh reads them and split takes three times as long.
local LINEAGE = '^1,([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)'
  .. ',?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*)'
local ACCESS = '^([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*)'
  .. ',?([^,]*),?([^,]*),?([^,]*)'

-- By which Keycloak's nodes retain a record longer than its tokens: usually, nothing is stored.
local MARGIN = 60

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

-- nil if the record has an unknown version.
local function read_family(lineage, access)
  local generation, made_ms, iat, exp, retain, replays, agent, ip, attempt, revoked, minute, refreshes =
    lineage:match(LINEAGE)
  if not generation or not access then return nil end
  local older, older_end, newer, newer_end, login_prefix, prefix, bound_agent, bound_ip, replayed,
    older_replays, newer_replays = access:match(ACCESS)
  local newest, made = number(generation), second(number(made_ms))
  local issued, counted = made + number(iat), number(refreshes)
  return {
    generation = newest, made_ms = number(made_ms), iat = issued,
    exp = exp == '' and 0 or issued + number(exp),
    retain = issued + number(exp) + number(retain) + MARGIN, replays = number(replays),
    attempt = attempt, agent = agent, ip = ip, revoked = revoked,
    minute = counted == 0 and 0 or made + number(minute), refreshes = counted,
    older = newest - number(older), older_end = made + number(older_end),
    newer = newest - number(newer), newer_end = made + number(older_end) + number(newer_end),
    login_prefix = login_prefix, prefix = prefix, bound_agent = bound_agent, bound_ip = bound_ip,
    replayed = number(replayed), older_replays = number(older_replays),
    newer_replays = number(newer_replays),
  }
end

-- The times of the rotations before the newest one (ms), the newest first; empty if they are not known.
local function read_earlier(record, family)
  local times = {}
  if not record then return times end
  local parts = split(record)
  if parts[1] ~= '1' then error(redis.error_reply(UNKNOWN_FORMAT)) end
  if number(parts[2]) ~= family.generation or number(parts[3]) ~= family.made_ms then return times end
  local time = family.made_ms
  for index = 4, #parts do
    time = time - number(parts[index])
    times[#times + 1] = time
  end
  return times
end

-- Those of at most depth - 1 rotations.
local function write_earlier(key, field, times, family, depth)
  if #times == 0 then return end
  local parts = { '1', text(family.generation), text(family.made_ms) }
  local later = family.made_ms
  for index = 1, math.min(#times, depth - 1) do
    parts[#parts + 1] = text(later - times[index])
    later = times[index]
  end
  redis.call('HSET', key, field, table.concat(parts, ','))
end

-- The expiry of a record; nil if it has an unknown version. The second value: the reason of the
-- revocation.
local function retained_until(lineage)
  local generation, made_ms, iat, exp, retain, _, _, _, _, revoked = lineage:match(LINEAGE)
  if not generation then return nil end
  return second(number(made_ms)) + number(iat) + number(exp) + number(retain) + MARGIN, revoked
end

-- false for a family that was revoked before its login was recorded: nothing else is known of it.
local function is_begun(family)
  return family.agent ~= ''
end

local function short(number)
  return number == 0 and '' or text(number)
end

local function without_last_commas(record)
  return record:match('^(.*[^,])') or ''
end

local function lineage_of(family)
  local made = second(family.made_ms)
  local has_end = family.exp ~= 0
  return without_last_commas('1,' .. short(family.generation) .. ',' .. short(family.made_ms)
    .. ',' .. short(family.iat - made) .. ',' .. (has_end and text(family.exp - family.iat) or '')
    .. ',' .. short(family.retain - (has_end and family.exp or family.iat) - MARGIN)
    .. ',' .. short(family.replays)
    .. ',' .. family.agent .. ',' .. family.ip .. ',' .. family.attempt .. ',' .. family.revoked
    .. ',' .. (family.refreshes == 0 and '' or short(family.minute - made)) .. ',' .. short(family.refreshes))
end

local function access_of(family)
  local made = second(family.made_ms)
  return without_last_commas(short(family.generation - family.older)
    .. ',' .. short(family.older_end - made) .. ',' .. short(family.generation - family.newer)
    .. ',' .. short(family.newer_end - family.older_end) .. ',' .. family.login_prefix .. ',' .. family.prefix
    .. ',' .. family.bound_agent .. ',' .. family.bound_ip .. ',' .. short(family.replayed)
    .. ',' .. short(family.older_replays) .. ',' .. short(family.newer_replays))
end

-- A family without a record.
local function new_family(generation, now_ms)
  local now = second(now_ms)
  return {
    generation = generation, made_ms = now_ms, iat = now, exp = 0, retain = 0, replays = 0,
    attempt = '', agent = '', ip = '', revoked = '', minute = 0, refreshes = 0,
    older = generation, older_end = now, newer = generation, newer_end = now,
    login_prefix = '', prefix = '', bound_agent = '', bound_ip = '',
    replayed = 0, older_replays = 0, newer_replays = 0,
  }
end

-- Values that are only needed to grant a refresh are deleted, so that the record fits into 64 bytes.
local function revoke(family, because)
  if family.revoked ~= '' then return end
  family.revoked = because
  family.replays, family.refreshes, family.attempt = 0, 0, ''
end

local function access_end(family)
  return math.max(family.older_end, family.newer_end)
end

-- The access tokens of a family that may be unexpired, after a name for the caller.
local function access_tokens(name, family)
  return { name, family.older, family.generation, family.replayed - family.older_replays + 1,
    family.replayed, access_end(family), family.login_prefix, family.prefix }
end

-- The cut-off and the expiry of a mark. A mark of a newer version is an error, because its meaning is
-- unknown.
local function read_mark(mark)
  local parts = split(mark)
  if parts[1] ~= '1' then error(redis.error_reply(UNKNOWN_FORMAT)) end
  return number(parts[2]), number(parts[3])
end

-- The scope of the revocation, the narrowest first, by the record of the family and by the marks.
local function revoked_scope(because, session_mark, client_session_mark, client_mark, user_mark,
    started, client_started)
  if because ~= '' then return 'FAMILY' end
  if session_mark and started <= read_mark(session_mark) then return 'SESSION' end
  if client_session_mark and client_started < read_mark(client_session_mark)
    or client_mark and client_started < read_mark(client_mark) then
    return 'CLIENT_SESSION'
  end
  if user_mark and started < read_mark(user_mark) then return 'USER' end
end

-- GT does not change a key without a TTL, such as a new hash.
local function keep_until(key, retain)
  local is_later = redis.call('EXPIREAT', key, text(retain), 'GT') == 1
  if not is_later and redis.call('EXPIRETIME', key) == -1 then
    redis.call('EXPIREAT', key, text(retain))
  end
end

-- The first number in use, the next number, and the watermark (0 for none), by the stored order and the
-- stored origin of number 1.
local function read_order(order, one)
  if not order then return 1, one and 2 or 1, 0 end
  local first, following, watermark = order:match('^1,(%d+),(%d+),?(%d*)$')
  if not first then error(redis.error_reply(UNKNOWN_FORMAT)) end
  return tonumber(first), tonumber(following), number(watermark)
end

local function write_order(key, order_field, first, following, watermark)
  redis.call('HSET', key, order_field, without_last_commas(
    '1,' .. text(first) .. ',' .. text(following) .. ',' .. short(watermark)))
end

-- Adds a family to the order. Returns the first number in use, its own number, and the watermark.
local function enlist(key, token, order, one, now)
  local order_field, origins = order_fields_of(token)
  local first, own, watermark = read_order(order, one)
  redis.call('HSET', key, origins .. text(own), without_last_commas(
    token.session .. ',' .. token.family .. ',' .. text(now) .. ',' .. (token.offline and '1' or '')))
  if own > 1 then write_order(key, order_field, first, own + 1, watermark) end
  if token.parent then redis.call('HSET', key, 'p:' .. token.family, token.parent) end
  return first, own, watermark
end

-- Fields have no TTL of their own. Each new family reads at most 30 random fields, and deletes the
-- expired ones. So a small part of a hash is expired, at a constant cost. Fields of a newer version stay.
local function drop_expired(key, now)
  local is_mark = { ['s:'] = true, ['o:'] = true, ['c:'] = true, ['k:'] = true, ['x:'] = true, u = true }
  local sample = redis.call('HRANDFIELD', key, 30, 'WITHVALUES')
  local origins, lineages, dropped = {}, {}, {}
  local function drop_family(name)
    dropped[#dropped + 1] = 'f:' .. name
    dropped[#dropped + 1] = 'a:' .. name
    dropped[#dropped + 1] = 'p:' .. name
    dropped[#dropped + 1] = 't:' .. name
  end
  for index = 1, #sample, 2 do
    local field, record = sample[index], sample[index + 1]
    local kind = field:sub(1, 2)
    if kind == 'f:' then
      local last = retained_until(record)
      if last and last < now then drop_family(field:sub(3)) end
    elseif kind == 'i:' then
      local name = record:match('^[^,]*,([^,]*)')
      if name then
        origins[#origins + 1] = field
        lineages[#lineages + 1] = 'f:' .. name
      end
    elseif is_mark[kind] then
      local mark = split(record)
      if mark[1] == '1' and number(mark[3]) < now then dropped[#dropped + 1] = field end
    end
  end
  if #origins > 0 then
    local records = redis.call('HMGET', key, unpack(lineages))
    for index, field in ipairs(origins) do
      local last = records[index] and retained_until(records[index])
      if not records[index] or last and last < now then
        dropped[#dropped + 1] = field
        drop_family(lineages[index]:sub(3))
      end
    end
  end
  if #dropped > 0 then redis.call('HDEL', key, unpack(dropped)) end
end
