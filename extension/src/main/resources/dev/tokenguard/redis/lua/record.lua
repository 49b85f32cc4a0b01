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

local UNKNOWN_FORMAT = 'FORMAT unknown record of a token family or a revocation'

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

-- The parts of a family, those at the end optional. A lineage of another version does not match. Each
-- refresh reads them; split takes three times as long.
local LINEAGE = '^1,([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)'
  .. ',?([^,]*),?([^,]*),?([^,]*),?([^,]*)'
local ACCESS = '^([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*)'

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

-- nil when the fields are not a family of a known version
local function read_family(lineage, access)
  local generation, made_ms, iat, exp, retain, replays, agent, ip, revoked, minute, refreshes =
    lineage:match(LINEAGE)
  if not generation or not access then return nil end
  local older, older_end, newer, newer_end, login_prefix, prefix, bound_agent, bound_ip =
    access:match(ACCESS)
  local newest, made = number(generation), second(number(made_ms))
  local issued, counted = made + number(iat), number(refreshes)
  return {
    generation = newest, made_ms = number(made_ms), iat = issued,
    exp = exp == '' and 0 or issued + number(exp),
    retain = issued + number(exp) + number(retain), replays = number(replays),
    agent = agent, ip = ip, revoked = revoked,
    minute = counted == 0 and 0 or made + number(minute), refreshes = counted,
    older = newest - number(older), older_end = made + number(older_end),
    newer = newest - number(newer), newer_end = made + number(newer_end),
    login_prefix = login_prefix, prefix = prefix, bound_agent = bound_agent, bound_ip = bound_ip,
  }
end

-- nil when it is not of a known version
local function remembered_until(lineage)
  local generation, made_ms, iat, exp, retain = lineage:match(LINEAGE)
  return generation and second(number(made_ms)) + number(iat) + number(exp) + number(retain)
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
    .. ',' .. short(family.retain - (has_end and family.exp or family.iat)) .. ',' .. short(family.replays)
    .. ',' .. family.agent .. ',' .. family.ip .. ',' .. family.revoked
    .. ',' .. (family.refreshes == 0 and '' or short(family.minute - made)) .. ',' .. short(family.refreshes))
end

local function access_of(family)
  local made = second(family.made_ms)
  return without_last_commas(short(family.generation - family.older)
    .. ',' .. short(family.older_end - made) .. ',' .. short(family.generation - family.newer)
    .. ',' .. short(family.newer_end - made) .. ',' .. family.login_prefix .. ',' .. family.prefix
    .. ',' .. family.bound_agent .. ',' .. family.bound_ip)
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
  return without_last_commas(session .. ',' .. client .. ',' .. short(now) .. ',' .. short(offline))
end

local function access_end(family)
  return math.max(family.older_end, family.newer_end)
end

-- The access tokens of a family that may be alive, behind what the caller knows it by.
local function access_tokens(name, family)
  return { name, family.older, family.generation, access_end(family), family.login_prefix, family.prefix }
end

-- From when on it spares, and until when it is remembered. What a newer version means by it is not
-- guessed at: the script ends.
local function read_mark(mark)
  local parts = split(mark)
  if parts[1] ~= '1' then error(redis.error_reply(UNKNOWN_FORMAT)) end
  return number(parts[2]), number(parts[3])
end

-- What was revoked, the narrowest first: by what is said of the family, and by the marks as stored.
local function revoked_scope(because, session_mark, client_mark, user_mark, started, client_started)
  local function began_before(from, mark)
    return mark and from < read_mark(mark)
  end
  if because ~= '' then return 'FAMILY' end
  if session_mark and read_mark(session_mark) then return 'SESSION' end
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

-- Fields have no TTL of their own. Each new family looks at ten others, or less if they are less, and
-- drops what nobody can use any more: of what a hash holds, a tenth is dead, at a cost that does not
-- grow with it. What a newer version wrote is left to it.
local function drop_expired(key, now)
  local sample = redis.call('HRANDFIELD', key, 30, 'WITHVALUES')
  for index = 1, #sample, 2 do
    local field, record = sample[index], sample[index + 1]
    local kind, name = field:sub(1, 2), field:sub(3)
    if kind == 'f:' then
      local last = remembered_until(record)
      if last and last < now then
        redis.call('HDEL', key, field, 'i:' .. name, 'a:' .. name)
      end
    elseif kind == 's:' or kind == 'c:' then
      local mark = split(record)
      if mark[1] == '1' and number(mark[3]) < now then redis.call('HDEL', key, field) end
    end
  end
end
