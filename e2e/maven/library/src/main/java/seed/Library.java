package seed;

public final class Library {}
