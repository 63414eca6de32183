// Built once when sbt is installed, so that everything sbt needs of the outside is there:
// the compiler, its bridge, and what documents code.
name := "seed"
