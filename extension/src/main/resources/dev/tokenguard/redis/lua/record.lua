--[[
  The record of a token family: the only place that knows how it is stored. Loaded before each script.

  A family is three fields in the hash of its user, each short enough for a compact hash (64 bytes by
  default). They are named by a kind, a colon and the family's id, compact. Text, separated by commas;
  times are seconds since the epoch unless ms is said. 1 is the version of the format.

    f:  lineage        1, newest generation, made ms, iat minus made, exp minus iat (empty: no exp),
                       replays in this grace, user agent and ip of the request that rotated,
                       revoked because (empty: alive), begin of a minute, refreshes in that minute
    i:  origin         session id, client id, first refreshed, offline (1 or 0)
    a:  access tokens  remember until, older span: first generation, end minus made,
                       newer span: first generation, end minus made,
                       prefix of the login's id, prefix of the others', bound user agent, bound ip

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

-- nil when the fields are not a family of a known version
local function read_family(lineage, access)
  local l, a = split(lineage), split(access or '')
  if l[1] ~= '1' or #l ~= 11 or #a ~= 9 then return nil end
  local made_ms = tonumber(l[3])
  local made = math.floor(made_ms / 1000)
  local iat = made + tonumber(l[4])
  return {
    generation = tonumber(l[2]), made_ms = made_ms, iat = iat,
    exp = l[5] == '' and 0 or iat + tonumber(l[5]),
    replays = tonumber(l[6]), agent = l[7], ip = l[8], revoked = l[9],
    minute = tonumber(l[10]), refreshes = tonumber(l[11]),
    retain = tonumber(a[1]),
    older = tonumber(a[2]), older_end = made + tonumber(a[3]),
    newer = tonumber(a[4]), newer_end = made + tonumber(a[5]),
    login_prefix = a[6], prefix = a[7], bound_agent = a[8], bound_ip = a[9],
  }
end

local function lineage_of(family)
  local made = math.floor(family.made_ms / 1000)
  return table.concat({ '1', text(family.generation), text(family.made_ms),
    text(family.iat - made), family.exp == 0 and '' or text(family.exp - family.iat),
    text(family.replays), family.agent, family.ip, family.revoked,
    text(family.minute), text(family.refreshes) }, ',')
end

local function access_of(family)
  local made = math.floor(family.made_ms / 1000)
  return table.concat({ text(family.retain),
    text(family.older), text(family.older_end - made),
    text(family.newer), text(family.newer_end - made),
    family.login_prefix, family.prefix, family.bound_agent, family.bound_ip }, ',')
end

local function access_end(family)
  return math.max(family.older_end, family.newer_end)
end

local function keep_until(key, retain)
  if redis.call('EXPIRETIME', key) < retain then
    redis.call('EXPIREAT', key, text(retain))
  end
end

local UNKNOWN_FORMAT = 'FORMAT unknown record of a token family'
