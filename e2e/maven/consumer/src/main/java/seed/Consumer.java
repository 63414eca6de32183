package seed;

final class Consumer {
    Library library;
}
