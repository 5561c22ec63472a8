# An editor in which somebody types for so long that somebody else is faster.
midair patch projects/moon quota:=9 --as bob
sed -i s/1.50/2/ "$1"
