# SPDX-License-Identifier: MIT
#
# realinput.sh FOLDER WORK: what the usual tools say of the real files in FOLDER, a text and a binary.

data=$1
work=$2
tab=$(printf '\t')
mkdir -p "$work"
cd "$data" || exit 1
echo begin realinput
for file in GPL-3 binary; do
	sha256sum $file
	md5sum $file
	sha1sum $file
	cksum $file
	wc -c < $file | tr -d ' '
done
wc -l -w -c < GPL-3 | tr -s ' '
sort GPL-3 | head -n 60 | tail -n 20
sort -r -u GPL-3 | head -n 20
sort -k 2 GPL-3 | sha256sum
tr -cs A-Za-z '\n' < GPL-3 | sort | uniq -c | sort -rn | head -n 20 | tr -s ' '
grep -c the GPL-3
grep -in 'free software' GPL-3
grep -cE '^[0-9]+\. ' GPL-3
grep -v -c '^ *$' GPL-3
sed -n '10,20p;s/GNU/Gnu/g;30,40p' GPL-3 | sha256sum
sed -e '/^$/d' -e 's/[aeiou]//g' GPL-3 | head -n 5
awk '{ words += NF; if (length($0) > longest) longest = length($0) } END { print NR, words, longest }' GPL-3
awk '{ for (i = 1; i <= NF; i++) count[tolower($i)]++ } END { print count["the"], count["license"] }' GPL-3
awk 'NR % 100 == 0 { printf "%d %.3f %s\n", NR, NR / 7, $1 }' GPL-3
cut -d ' ' -f 1-3 GPL-3 | sha256sum
head -c 1000 binary | od -A d -t x1 | head -n 20
head -c 100000 binary | od -An -v -t u1 | sha256sum
tail -c 5000 GPL-3 | head -n 3
cmp GPL-3 GPL-3 && echo same
cmp -s GPL-3 binary || echo different
cp GPL-3 "$work/copy" && sed 's/GNU/gnu/' GPL-3 > "$work/changed"
diff -u "$work/copy" "$work/changed" | grep -c '^[-+]'
tee "$work/tee" < GPL-3 | sha256sum
dd if=binary bs=4096 count=100 skip=3 2> /dev/null | sha256sum
tar cf - GPL-3 binary | gzip > "$work/a.tgz"
(cd "$work" && gunzip < a.tgz | tar xf - && sha256sum GPL-3 binary && tar tzf a.tgz)
tar cf - GPL-3 binary | tar tf -
tar xzOf host.tgz GPL-3 | sha256sum
gunzip < host.tgz | tar xOf - binary | sha256sum
find . -name 'G*' | sort
rm -r "$work"
echo end realinput
