object Seed {
  def main(words: Array[String]): Unit = println("ready")
}
