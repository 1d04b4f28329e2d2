# SPDX-License-Identifier: MIT
#
# zlib, as far as its own example program minigzip needs it.

zlib-sources := adler32 crc32 deflate gzclose gzlib gzread gzwrite inffast inflate inftrees trees \
	zutil
zlib-objects := $(zlib-sources:%=$(BUILD)/ports/zlib/%.o) $(BUILD)/ports/zlib/minigzip.o

$(foreach source,$(zlib-sources),$(call port-object,$(BUILD)/ports/zlib/$(source).o,\
	$(source).c,zlib,-DHAVE_UNISTD_H))
$(call port-object,$(BUILD)/ports/zlib/minigzip.o,test/minigzip.c,zlib,-DHAVE_UNISTD_H \
	-I$(SOURCES)/zlib/source)
$(call port-program,minigzip,$(zlib-objects))
