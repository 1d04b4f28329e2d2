# SPDX-License-Identifier: MIT
#
# Lua 5.4: the interpreter with all its libraries, without loading of shared objects.

lua-sources := lapi lauxlib lbaselib lcode lcorolib lctype ldblib ldebug ldo ldump lfunc lgc linit \
	liolib llex lmathlib lmem loadlib lobject lopcodes loslib lparser lstate lstring lstrlib \
	ltable ltablib ltm lua lundump lutf8lib lvm lzio
lua-objects := $(lua-sources:%=$(BUILD)/ports/lua/%.o)

$(foreach source,$(lua-sources),$(call port-object,$(BUILD)/ports/lua/$(source).o,\
	src/$(source).c,lua5.4,-DLUA_COMPAT_5_3 -DLUA_USE_POSIX -Iapps/ports/lua))
$(call port-program,lua,$(lua-objects))
