-- include: record.lua
-- include: page.lua
--[[
  Returns the recorded families of one user, page by page.

  KEYS[1]  hash with all state of the user

  ARGV
    1  cursor: 0 for the first page, then that of the last page

  Returns a page, see page.lua.
  Error replies: WRONGTYPE if the key has another type, FORMAT if a record has an unknown version.
]]

return families_page(KEYS[1], ARGV[1])
