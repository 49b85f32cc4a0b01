-- include: record.lua
-- include: page.lua
--[[
  Lists the families of one user that are still remembered, a page at a time.

  KEYS[1]  hash with all state of the user

  ARGV
    1  where to go on: 0 to begin, then what the last page returned

  Returns a page, see page.lua.
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

return families_page(KEYS[1], ARGV[1])
