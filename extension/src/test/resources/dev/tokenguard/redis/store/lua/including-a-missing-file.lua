-- include: gone.lua
return 1
