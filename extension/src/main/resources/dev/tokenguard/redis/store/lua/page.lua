--[[
  A page of the families of one user that are still remembered, for find.lua and revoke.lua. However
  many there are, no call keeps Redis from its other work for long. A family may be on two pages.

  Returns an array: where to go on, 0 after the last page; then an array for each family
    1  its id, compact                      2  newest generation
    3  made, ms                             4  revoked because, empty when active
    5  session id, compact                  6  client id, compact
    7  first recorded, s                    8  offline: 1 or empty
    9  tag of the token for which it began by token exchange, or empty
   10  oldest and                          11  newest generation whose access token may be unexpired
   12  oldest and                          13  newest replay, likewise
   14  when the last of them has expired, s
   15  prefix of the login's access token  16  prefix of the others
  A family that was revoked before its login was recorded has 5 to 9 empty.
]]

-- From where the last page ended, 0 to begin.
local function families_page(key, from)
  local now = clock()
  local page = redis.call('HSCAN', key, from, 'COUNT', 500)
  local found, is_listed = { page[1] }, {}
  local user_mark = redis.call('HGET', key, 'u')

  local function list(id, lineage, access, session, client, created, offline, parent, because)
    local family = read_family(lineage, access)
    if not family then return error(redis.error_reply(UNKNOWN_FORMAT)) end
    if family.retain < now then return end
    local row = { id, family.generation, family.made_ms,
      family.revoked ~= '' and family.revoked or because, session, client, created, offline, parent }
    local tokens = access_tokens(id, family)
    if access_end(family) < now then tokens[2], tokens[4] = tokens[3] + 1, tokens[5] + 1 end
    for index = 2, #tokens do row[#row + 1] = tokens[index] end
    found[#found + 1] = row
  end

  -- When its session began is not remembered: not after the family.
  local function covering_mark(created, marks)
    local scope = revoked_scope('', marks[1], marks[2], marks[3], user_mark, created, created)
    return scope and scope:lower() or ''
  end

  for index = 1, #page[2], 2 do
    local field, value = page[2][index], page[2][index + 1]
    local kind = field:sub(1, 2)
    if kind == 'i:' then
      local client = field:match('^i:(.*)%.%d+$')
      local parts = split(value)
      local session, id, created, offline = parts[1], parts[2], parts[3] or '', parts[4] or ''
      if client and id and not is_listed[id] then
        is_listed[id] = true
        local record = redis.call('HMGET', key, 'f:' .. id, 'a:' .. id, 'p:' .. id,
          (offline == '1' and 'o:' or 's:') .. session, 'c:' .. session .. '.' .. client, 'k:' .. client)
        if record[1] then
          list(id, record[1], record[2], session, client, created, offline, record[3] or '',
            covering_mark(number(created), { record[4], record[5], record[6] }))
        end
      end
    elseif kind == 'f:' then
      local id = field:sub(3)
      local access = redis.call('HGET', key, 'a:' .. id)
      local family = read_family(value, access)
      if not family then return redis.error_reply(UNKNOWN_FORMAT) end
      -- All others are listed by their origins.
      if not is_begun(family) then list(id, value, access, '', '', '', '', '', '') end
    end
  end
  return found
end
