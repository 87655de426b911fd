package dev.sluice.console.alert;

/** What became of telling one webhook of one alert. */
public enum DeliveryState {
    /** It is being tried, again and again. */
    WAITING,
    DELIVERED,
    /** It was tried until it was too old. */
    GIVEN_UP
}
