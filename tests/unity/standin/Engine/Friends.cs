// The host plays the part of Unity's own editor code, which may use what packages may not.
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Host")]
[assembly: InternalsVisibleTo("Tests")]
